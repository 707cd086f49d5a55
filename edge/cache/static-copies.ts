// Copies of good answers on disk: what a page looked like when its origin was last well. They outlive the process and the memory level,
// and are read when nothing else can answer.
//
// Copies can be done without: a write that fails, or comes while too many wait, is counted and dropped. One file holds the latest copy of
// a page under the digest of its key; the key itself is inside and compared. The workers of an edge share the folder without knowing of each
// other: files are replaced whole, and whoever sweeps finds the same oldest ones.

import { createHash } from 'node:crypto'
import { BoundedMap } from '../base/bounded-map.ts'
import type { Blobs, Clock, Log, Metrics, Timers } from '../base/ports.ts'
import { MIB } from '../contract/units.ts'
import type { Fields } from '../http/fields.ts'
import type { Entry } from './entry.ts'
import { decodeWhole, encodeWhole } from './envelope.ts'
import { OutcomeCounters } from './outcome-counters.ts'
import { fitsRequest } from './variant.ts'

/** What copies are made of. */
export interface StaticCopiesParts {
  readonly blobs: Blobs
  /** On disk, all together. */
  readonly maxBytes: number
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly metrics: Metrics
}

/** The largest copy. */
const MAX_COPY_BYTES = 8 * MIB
/** Writes that wait at most. */
const MAX_WAITING = 256
/** Pages of which it is known when they were copied last; one that is forgotten is copied sooner. */
const MAX_KNOWN = 100_000
const SWEEP_MS = 60_000
/** A sweep goes on until this much of the room is free again. */
const SWEPT_RATIO = 0.9

/** The copies of one worker. */
export class StaticCopies {
  readonly #parts: StaticCopiesParts
  readonly #writes: OutcomeCounters<'written' | 'too-large' | 'dropped' | 'failed'>
  readonly #reads: OutcomeCounters<'found' | 'absent' | 'other-variant' | 'corrupt' | 'failed'>
  readonly #copiedAtMs = new BoundedMap<string, number>({ max: MAX_KNOWN, whenFull: 'evict-oldest' })
  readonly #waiting = new Map<string, Entry>()
  #writing: Promise<void> | null = null

  constructor(parts: StaticCopiesParts) {
    this.#parts = parts
    this.#writes = new OutcomeCounters(parts.metrics, 'weir_static_writes_total')
    this.#reads = new OutcomeCounters(parts.metrics, 'weir_static_reads_total')
    parts.timers.every(SWEEP_MS, () => void this.sweep())
  }

  /** Copies an answer, unless its page was copied less than `everyMs` ago. Resolves when it is on disk; never rejects. */
  keep(key: string, entry: Entry, everyMs: number): Promise<void> | null {
    const nowMs = this.#parts.clock.monotonicMs()
    const copiedAtMs = this.#copiedAtMs.get(key)
    if (copiedAtMs !== undefined && nowMs - copiedAtMs < everyMs) return null
    if (this.#waiting.size >= MAX_WAITING && !this.#waiting.has(key)) {
      this.#writes.count('dropped')
      return null
    }
    this.#copiedAtMs.set(key, nowMs)
    this.#waiting.set(key, entry)
    this.#writing ??= this.#write()
    return this.#writing
  }

  /** The copy of a page, if it fits the request by its Vary. Never rejects. */
  async find(key: string, request: Fields): Promise<Entry | null> {
    const bytes = await this.#parts.blobs.read(nameOf(key), MAX_COPY_BYTES).catch((cause: unknown) => this.#failed(cause))
    if (bytes === undefined) return null
    const entry = bytes === null ? null : decodeWhole(key, bytes)
    this.#reads.count(bytes === null ? 'absent' : entry === null ? 'corrupt' : fitsRequest(entry, request) ? 'found' : 'other-variant')
    return entry !== null && fitsRequest(entry, request) ? entry : null
  }

  /** Lets go of the copy of a page. Never rejects. */
  async forget(key: string): Promise<void> {
    this.#waiting.delete(key)
    this.#copiedAtMs.delete(key)
    await this.#parts.blobs.remove(nameOf(key)).catch((cause: unknown) => this.#failed(cause))
  }

  /** Takes the oldest copies away when there are too many bytes. Never rejects. */
  async sweep(): Promise<void> {
    const { blobs, maxBytes } = this.#parts
    try {
      const files = [...(await blobs.list())].sort((a, b) => a.writtenAtMs - b.writtenAtMs)
      let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
      if (bytes <= maxBytes) return
      for (const file of files) {
        if (bytes <= maxBytes * SWEPT_RATIO) return
        await blobs.remove(file.name)
        bytes -= file.bytes
      }
    } catch (cause) {
      this.#failed(cause)
    }
  }

  // One after the other: copies are not worth a burst of writes.
  async #write(): Promise<void> {
    for (const [key, entry] of this.#waiting) {
      this.#waiting.delete(key)
      await this.#writeOne(key, entry)
    }
    this.#writing = null
  }

  async #writeOne(key: string, entry: Entry): Promise<void> {
    const envelope = encodeWhole(key, entry)
    if (envelope === null || envelope.byteLength > MAX_COPY_BYTES) return this.#writes.count('too-large')
    try {
      await this.#parts.blobs.write(nameOf(key), envelope)
      this.#writes.count('written')
    } catch (cause) {
      this.#writes.count('failed')
      this.#parts.log.warn({ event: 'static-copy-failed', cause: String(cause) })
    }
  }

  #failed(cause: unknown): undefined {
    this.#reads.count('failed')
    this.#parts.log.warn({ event: 'static-copy-failed', cause: String(cause) })
  }
}

function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
