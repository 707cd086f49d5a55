// What the second level writes. Everything goes through a script in one step, so that a late writer never takes the place of a newer answer,
// and what was removed stays away from fills that began before.

import { isPromise } from '../base/is-promise.ts'
import type { Clock, Metrics, Random } from '../base/ports.ts'
import type { RedisConfig } from '../contract/redis.ts'
import { cachePut } from '../redis/cache-put.ts'
import { cacheRemove } from '../redis/cache-remove.ts'
import type { RedisPort } from '../redis/redis-port.ts'
import type { NoReply } from '../redis/reply.ts'
import type { Script } from '../redis/script.ts'
import type { Entry } from './entry.ts'
import { encodeEnvelope, MAX_BODY_BYTES, type StoredBody } from './envelope.ts'
import { OutcomeCounters } from './outcome-counters.ts'
import { chunkCount, type RedisBodies } from './redis-bodies.ts'
import { type Chunks, chunksIn, dateText, recordOf, seqText, varyText } from './redis-place.ts'

/** What stores are made with. */
export interface RedisStoresParts {
  readonly redis: RedisPort
  readonly bodies: RedisBodies
  /** `lua/cache-put.lua` and `lua/cache-remove.lua`. */
  readonly scripts: { readonly put: Script; readonly remove: Script }
  readonly config: Pick<RedisConfig, 'keyPrefix' | 'ttlJitterRatio' | 'compressMinBytes' | 'chunkTimeoutMs' | 'fenceMs'>
  readonly clock: Clock
  readonly random: Random
  readonly metrics: Metrics
}

/** An entry on its way to Redis. */
export interface Put {
  readonly key: string
  /** See `placeOf`. */
  readonly place: string
  readonly entry: Entry
  readonly maxVariants: number
  /** 1 or more. */
  readonly keepMs: number
}

/** The writing half of the second level. */
export class RedisStores {
  readonly #parts: RedisStoresParts
  readonly #outcomes: OutcomeCounters<'stored' | 'older' | 'removed' | 'too-large' | 'spared' | NoReply['why']>

  constructor(parts: RedisStoresParts) {
    this.#parts = parts
    this.#outcomes = new OutcomeCounters(parts.metrics, 'weir_l2_stores_total')
  }

  /** How long an entry is kept, ms; a part shorter by chance, so that what was stored together does not go together. Below 1: not at all. */
  keepMs(entry: Entry, nowMs: number): number {
    const { random, config } = this.#parts
    return Math.floor((entry.keepUntilMs - nowMs) * (1 - config.ttlJitterRatio * random.next()))
  }

  /** Counts a store that was not tried. */
  countSpared(): void {
    this.#outcomes.count('spared')
  }

  /** Stores an entry if nothing newer is there. Never rejects. */
  async put(put: Put): Promise<void> {
    const { bodies } = this.#parts
    if (put.entry.body.byteLength > MAX_BODY_BYTES) return this.#outcomes.count('too-large')
    const written = bodies.write(put.place, put.entry, put.keepMs)
    const body = isPromise(written) ? await written : written
    if (!body.ok) return this.#outcomes.count(body.why)
    const chunks = chunksOf(body.value)
    const { outcome, dropped } = await this.#putEnvelope(put, body.value, chunks)
    this.#outcomes.count(outcome)
    const unused = outcome === 'stored' || chunks === null ? dropped : [...dropped, chunks]
    if (unused.length > 0) await bodies.remove(put.place, unused)
  }

  /** Removes what is kept of a URL. @param fillSeq entries that know this purge stay; 0 for all. Never rejects */
  async remove(place: string, fillSeq: number): Promise<void> {
    const { redis, scripts, config, clock, bodies } = this.#parts
    // A purge has its number. Else it is the moment that tells which fills are too late, the clocks of all edges taken for one.
    const began = dateText(fillSeq === 0 ? clock.wallMs() : 0)
    const reply = await cacheRemove(redis, scripts.remove, { key: place, seq: seqText(fillSeq), began, fenceMs: config.fenceMs })
    this.#outcomes.count(reply.ok ? 'removed' : reply.why)
    if (reply.ok) await bodies.remove(place, droppedChunks(reply.value.dropped))
  }

  async #putEnvelope({ key, place, entry, maxVariants, keepMs }: Put, body: StoredBody, chunks: Chunks | null) {
    const { redis, scripts } = this.#parts
    const envelope = encodeEnvelope(key, entry, body)
    if (envelope === null) return { outcome: 'too-large', dropped: [] } as const
    const record = recordOf(entry, chunks)
    const vary = varyText(entry.varyNames)
    const began = dateText(entry.requestedAtMs)
    const reply = await cachePut(redis, scripts.put, { key: place, vary, record, began, envelope, maxVariants, keepMs })
    if (!reply.ok) return { outcome: reply.why, dropped: [] } as const
    return { outcome: reply.value.count > 0 ? 'stored' : 'older', dropped: droppedChunks(reply.value.dropped) } as const
  }
}

function chunksOf(body: StoredBody): Chunks | null {
  return body.where === 'chunks' ? { generation: body.generation, count: chunkCount(body.storedBytes) } : null
}

function droppedChunks(tails: readonly string[]): Chunks[] {
  return tails.map(chunksIn).filter((chunks) => chunks !== null)
}
