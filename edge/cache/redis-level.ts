// The second level: entries in Redis, shared by the edges.
//
// One hash holds all variants of a URL: field `v` is the Vary that they were told apart by, `<id>` the envelope of one variant, its id a
// digest of the variant. Which id a request asks for can only be said when Vary is known. Instead of asking twice, Vary is guessed: as it was
// for this URL the last time, else none and the commonest one, and one HMGET asks for `v` and the ids of the guesses. Only when `v` says
// otherwise is there a second trip, and the next lookup of that URL guesses right.
// Stores go through lua/cache-put.lua, in one step, so that `v` and the variants always fit.
//
// Redis may be slow, away, or hold anything: every lookup ends within its time, as a miss at worst, and a breaker spares a Redis that fails.

import { BoundedMap } from '../base/bounded-map.ts'
import type { Clock, Log, Metrics } from '../base/ports.ts'
import type { Breaker } from '../breaker/breaker.ts'
import type { Fields } from '../http/fields.ts'
import { cachePut } from '../redis/cache-put.ts'
import type { RedisPort } from '../redis/redis-port.ts'
import type { NoReply, Reply } from '../redis/reply.ts'
import type { Script } from '../redis/script.ts'
import type { Entry } from './entry.ts'
import { decodeEnvelope, encodeEnvelope } from './envelope.ts'
import type { Level } from './level.ts'
import { OutcomeCounters } from './outcome-counters.ts'
import { placeOf, variantId, varyNamesIn, varyText } from './redis-place.ts'
import { fitsRequest, variantOf } from './variant.ts'

/** What a Redis level is made of. */
export interface RedisLevelParts {
  readonly redis: RedisPort
  /** Told of lookups only: a store must not take the place of a probe, nor may its size decide whether Redis is well. */
  readonly breaker: Breaker
  /** `lua/cache-put.lua`. */
  readonly putScript: Script
  readonly keyPrefix: string
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
}

/** A lookup under way. */
interface Wanted {
  readonly key: string
  readonly place: string
  readonly request: Fields
  readonly nowMs: number
}

type VaryNames = readonly string[]
type Values = readonly (Uint8Array | null)[]

const VARY_FIELD = 'v'
// Guessed when nothing is remembered: nearly every page varies by nothing, or by the coding.
const COMMON_VARY: readonly VaryNames[] = [[], ['accept-encoding']]
// URLs whose Vary is another one; beyond these the oldest is forgotten, and costs a second trip.
const MAX_REMEMBERED = 10_000

/** The second level: entries in Redis. */
export class RedisLevel implements Level {
  readonly #parts: RedisLevelParts
  readonly #lookups: OutcomeCounters<'hit' | 'miss' | 'corrupt' | 'spared' | NoReply['why']>
  readonly #stores: OutcomeCounters<'stored' | 'removed' | 'too-large' | 'spared' | NoReply['why']>
  readonly #unusualVary = new BoundedMap<string, VaryNames>({ max: MAX_REMEMBERED, whenFull: 'evict-oldest' })

  constructor(parts: RedisLevelParts) {
    this.#parts = parts
    this.#lookups = new OutcomeCounters(parts.metrics, 'weir_l2_lookups_total')
    this.#stores = new OutcomeCounters(parts.metrics, 'weir_l2_stores_total')
  }

  get(key: string, request: Fields, nowMs: number): null | Promise<Entry | null> {
    if (!this.#mayAsk()) return null
    const place = placeOf(this.#parts.keyPrefix, key)
    return this.#lookUp({ key, place, request, nowMs })
  }

  put(key: string, entry: Entry, maxVariants: number, nowMs: number): void | Promise<void> {
    const keepMs = Math.floor(entry.keepUntilMs - nowMs)
    if (keepMs < 1 || !this.#mayWrite()) return
    const envelope = encodeEnvelope(key, entry)
    if (envelope === null) {
      this.#stores.count('too-large')
      return
    }
    const { redis, putScript, keyPrefix } = this.#parts
    const place = placeOf(keyPrefix, key)
    this.#remember(place, entry.varyNames)
    const put = { key: place, vary: varyText(entry.varyNames), id: variantId(entry.variant), envelope, maxVariants, keepMs }
    return cachePut(redis, putScript, put).then((reply) => this.#stores.count(reply.ok ? 'stored' : reply.why))
  }

  delete(key: string): void | Promise<void> {
    if (!this.#mayWrite()) return
    const { redis, keyPrefix } = this.#parts
    return redis.remove(placeOf(keyPrefix, key)).then((reply) => this.#stores.count(reply.ok ? 'removed' : reply.why))
  }

  async #lookUp(wanted: Wanted): Promise<Entry | null> {
    const remembered = this.#unusualVary.get(wanted.place)
    const guesses = remembered === undefined ? COMMON_VARY : [remembered]
    const values = await this.#read(wanted.place, [VARY_FIELD, ...guesses.map((names) => idFor(names, wanted.request))])
    if (values === null) return null
    const [text, ...envelopes] = values
    if (text === null || text === undefined) return this.#missed('miss')
    const names = varyNamesIn(text)
    if (names === null) return this.#missed('corrupt')

    this.#remember(wanted.place, names)
    const guess = guesses.findIndex((guessed) => varyText(guessed) === varyText(names))
    return guess < 0 ? this.#lookUpAgain(wanted, names) : this.#open(wanted, envelopes[guess] ?? null)
  }

  /** The second trip, when Vary was another than guessed. */
  async #lookUpAgain(wanted: Wanted, names: VaryNames): Promise<Entry | null> {
    if (!this.#mayAsk()) return null
    const values = await this.#read(wanted.place, [idFor(names, wanted.request)])
    return values === null ? null : this.#open(wanted, values[0] ?? null)
  }

  /** The fields of a hash; null, counted and told to the breaker, when there is no reply. */
  async #read(place: string, fields: readonly string[]): Promise<Values | null> {
    const reply = await this.#parts.redis.hashGet(place, fields)
    this.#tellBreaker(reply)
    return reply.ok ? reply.value : this.#missed(reply.why)
  }

  /** The entry in an envelope, if it is one for this key, fits the request (a digest may collide) and is still kept. */
  #open({ key, request, nowMs }: Wanted, envelope: Uint8Array | null): Entry | null {
    if (envelope === null) return this.#missed('miss')
    const entry = decodeEnvelope(key, envelope)
    if (entry === null) return this.#missed('corrupt')
    if (entry.keepUntilMs <= nowMs || !fitsRequest(entry, request)) return this.#missed('miss')
    this.#lookups.count('hit')
    return entry
  }

  #missed(outcome: 'miss' | 'corrupt' | 'spared' | NoReply['why']): null {
    this.#lookups.count(outcome)
    return null
  }

  #mayAsk(): boolean {
    if (this.#parts.breaker.allow(this.#parts.clock.monotonicMs())) return true
    this.#lookups.count('spared')
    return false
  }

  #mayWrite(): boolean {
    if (this.#parts.breaker.state(this.#parts.clock.monotonicMs()).state === 'closed') return true
    this.#stores.count('spared')
    return false
  }

  #tellBreaker(reply: Reply<unknown>): void {
    const { breaker, clock, log } = this.#parts
    const nowMs = clock.monotonicMs()
    // A key of another type is our trouble, and says that Redis is well.
    if (reply.ok || (reply.why === 'refused' && reply.code === 'WRONGTYPE')) {
      breaker.succeeded(nowMs)
      return
    }
    const before = breaker.state(nowMs).state
    breaker.failed(nowMs)
    if (before === 'closed' && breaker.state(nowMs).state === 'open') log.warn({ event: 'l2-spared', code: 'L2_DOWN', cause: reply.why })
  }

  #remember(place: string, names: VaryNames): void {
    if (COMMON_VARY.some((common) => varyText(common) === varyText(names))) this.#unusualVary.delete(place)
    else this.#unusualVary.set(place, names)
  }
}

function idFor(names: VaryNames, request: Fields): string {
  return variantId(variantOf(names, request))
}
