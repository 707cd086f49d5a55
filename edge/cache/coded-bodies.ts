// Kept answers in other codings: each is compressed once per coding, when a client first asks for it so, and sent from memory afterwards.
//
// The plain entry rules: what is kept here is only ever used for the very body it was made of, so that nothing has to be told when an entry is
// replaced, purged or renewed. It has room of its own, bounded in bytes, and may vanish at any time.

import type { Counter, Metrics } from '../base/ports.ts'
import { TextMemo } from '../base/text-memo.ts'
import type { AnswerCoding } from '../contract/compress.ts'
import { canonicalCodings, KNOWN_CODINGS } from '../http/accept-encoding.ts'
import { codeWhole } from '../http/answer-coding.ts'
import { Fields } from '../http/fields.ts'
import { codedFields, mayBeCoded, variedFields } from './coded-fields.ts'
import type { Entry } from './entry.ts'
import { MemoryLevel } from './memory-level.ts'
import { NO_NAMES } from './variant.ts'

/** Bodies that are compressed at once; who comes meanwhile gets the plain one. */
const MAX_AT_ONCE = 4
/** Saving less is not worth the work of the client. */
const MOST_KEPT = 7 / 8
/** Spellings of Accept-Encoding that are remembered. */
const MAX_SPELLINGS = 1_000
/** Coded entries vary by nothing: which one is meant is in the key. */
const ANY = Fields.of({})

/** An entry in another coding. */
interface CodedEntry extends Entry {
  /** The plain body it was made of. */
  readonly madeOf: WeakRef<Uint8Array>
}

/** The coded bodies of one worker. */
export class CodedBodies {
  readonly #level: MemoryLevel
  readonly #made: Counter
  readonly #taken = new TextMemo<readonly string[]>(MAX_SPELLINGS, (text) => canonicalCodings([text], KNOWN_CODINGS).split(', '))
  readonly #plain = new WeakMap<Entry, Entry | 'never coded'>()
  /** Bodies that do not get smaller. */
  readonly #incompressible = new WeakSet<Uint8Array>()
  readonly #making = new Map<string, Promise<Entry>>()

  /** @param maxBytes room for them; 0 keeps none */
  constructor(maxBytes: number, metrics: Metrics) {
    this.#level = new MemoryLevel(maxBytes)
    this.#made = metrics.counter('weir_compressed_total')
  }

  /** The first of these codings that a client takes; null when it takes none. @param codings the most wanted first */
  codingFor(request: Fields, codings: readonly AnswerCoding[]): AnswerCoding | null {
    const lines = request.getAll('accept-encoding')
    if (lines.length === 0) return null
    const taken = this.#taken.get(lines.join(', '))
    return codings.find((coding) => taken.includes(coding)) ?? null
  }

  /** An entry as it is sent plain where others get it coded; null when nobody does. One object for all who get it. */
  plain(entry: Entry): Entry | null {
    let plain = this.#plain.get(entry)
    if (plain === undefined) {
      plain = mayBeCoded(entry.fields) ? withFields(entry, variedFields(entry.fields), entry.body) : 'never coded'
      this.#plain.set(entry, plain)
    }
    return plain === 'never coded' ? null : plain
  }

  /**
   * An entry in a coding: at once when it is kept, as a promise while it is made; null when it does not pay, or too many are made just now.
   * Never rejects. @param key of the entry, with its variant
   */
  coded(key: string, entry: Entry, coding: AnswerCoding, nowMs: number): Entry | null | Promise<Entry | null> {
    if (this.#incompressible.has(entry.body)) return null
    const codedKey = `${key}\0z${coding}`
    const kept = this.#level.get(codedKey, ANY, nowMs, 'promote') as CodedEntry | null
    if (kept !== null && kept.madeOf.deref() === entry.body) {
      // The times are those of the plain one, which may have been renewed since.
      return kept.receivedAtMs === entry.receivedAtMs ? kept : this.#keep(codedKey, entry, { coding, body: kept.body }, nowMs)
    }
    return this.#makeOnce(codedKey, entry, coding, nowMs)
  }

  #makeOnce(codedKey: string, entry: Entry, coding: AnswerCoding, nowMs: number): null | Promise<Entry | null> {
    const making = this.#making.get(codedKey)
    if (making !== undefined) return making.then((coded) => (isMadeOf(coded, entry) ? coded : null))
    if (this.#making.size >= MAX_AT_ONCE) return null
    const made = this.#make(codedKey, entry, coding, nowMs).finally(() => this.#making.delete(codedKey))
    this.#making.set(codedKey, made)
    return made.then((coded) => (isMadeOf(coded, entry) ? coded : null))
  }

  async #make(codedKey: string, entry: Entry, coding: AnswerCoding, nowMs: number): Promise<Entry> {
    const bytes = await codeWhole(coding, entry.body).catch(() => null)
    this.#made.add(1)
    if (bytes !== null && bytes.byteLength <= entry.body.byteLength * MOST_KEPT) {
      return this.#keep(codedKey, entry, { coding, body: new Uint8Array(bytes) }, nowMs)
    }
    this.#incompressible.add(entry.body)
    return entry
  }

  #keep(codedKey: string, entry: Entry, made: { readonly coding: AnswerCoding; readonly body: Uint8Array }, nowMs: number): Entry {
    const coded: CodedEntry = {
      ...withFields(entry, codedFields(entry.fields, made.coding), made.body),
      madeOf: new WeakRef(entry.body),
    }
    this.#level.put(codedKey, coded, 1, nowMs)
    return coded
  }
}

function withFields(entry: Entry, fields: Fields, body: Uint8Array): Entry {
  const { sendable: _sendable, ...rest } = entry
  return { ...rest, ready: null, fields, body, varyNames: NO_NAMES, variant: '' }
}

function isMadeOf(coded: Entry, entry: Entry): boolean {
  return (coded as Partial<CodedEntry>).madeOf?.deref() === entry.body
}
