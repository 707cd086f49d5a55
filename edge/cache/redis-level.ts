// The second level: entries in Redis, shared by the edges.
//
// One hash holds all variants of a URL: field `v` is the Vary that they were told apart by, `<id>` the envelope of one variant, its id a
// digest of the variant. Which id a request asks for can only be said when Vary is known. Instead of asking twice, Vary is guessed: as it was
// for this URL the last time, else none and the commonest one, and one HMGET asks for `v` and the ids of the guesses. Only when `v` says
// otherwise is there a second trip, and the next lookup of that URL guesses right.
// What is written is in redis-stores.ts, bodies that do not stand in their envelope in redis-bodies.ts.
//
// Redis may be slow, away, or hold anything: every lookup ends within its time, as a miss at worst, and a breaker spares a Redis that fails.

import { BoundedMap } from '../base/bounded-map.ts'
import type { Log } from '../base/ports.ts'
import { TextMemo } from '../base/text-memo.ts'
import type { Breaker } from '../breaker/breaker.ts'
import { Fields } from '../http/fields.ts'
import { HashAsk } from '../redis/hash-ask.ts'
import type { HashFields } from '../redis/redis-port.ts'
import type { NoReply, Reply } from '../redis/reply.ts'
import { type Entry, owned } from './entry.ts'
import { openEnvelope, type StoredBody } from './envelope.ts'
import type { BodyTerms, Level, Promotion, Spot } from './level.ts'
import { OutcomeCounters } from './outcome-counters.ts'
import { isFresh } from './ready.ts'
import { type NoBody, RedisBodies } from './redis-bodies.ts'
import { placeOf, variantId, varyNamesIn, varyText } from './redis-place.ts'
import { RedisStores, type RedisStoresParts } from './redis-stores.ts'
import { fitsRequest, variantOf } from './variant.ts'

/** What a Redis level is made of. */
export interface RedisLevelParts extends Omit<RedisStoresParts, 'bodies'> {
  /** Told of lookups only: a store must not take the place of a probe, nor may its size decide whether Redis is well. */
  readonly breaker: Breaker
  readonly log: Log
}

/** A lookup under way. */
interface Wanted {
  readonly key: string
  readonly far: FarPlace
  readonly request: Fields
  readonly nowMs: number
  readonly body: BodyTerms
  readonly guesses: readonly VaryNames[]
  readonly done: (entry: Entry | null | Promise<Entry | null>) => void
}

/** What is known of a key here; it may be remembered by who asks for it. */
interface FarPlace {
  readonly place: string
  /** What its answers varied by the last time; null before the first. */
  names: VaryNames | null
  /** How to ask for the one that varies by nothing. */
  plainAsk: HashAsk | null
}

type VaryNames = readonly string[]
type Missed = 'miss' | NoBody

const VARY_FIELD = 'v'
const BY_CODINGS: VaryNames = ['accept-encoding']
// Guessed when nothing is remembered: nearly every page varies by nothing, or by the coding.
const COMMON_VARY: readonly VaryNames[] = [[], BY_CODINGS]
const COMMON_TEXTS = COMMON_VARY.map(varyText)
// URLs whose Vary is another one; beyond these the oldest is forgotten, and costs a second trip.
const MAX_REMEMBERED = 10_000
// Ids of variants, found once: browsers of a few kinds send nearly all requests.
const ID_WITHOUT_VARY = variantId('')
const ID_WITHOUT_CODINGS = variantId(variantOf(BY_CODINGS, Fields.of()))
const MAX_CODINGS_KNOWN = 2_000

/** The second level: entries in Redis. */
export class RedisLevel implements Level {
  readonly #parts: RedisLevelParts
  readonly #bodies: RedisBodies
  readonly #stores: RedisStores
  readonly #lookups: OutcomeCounters<'hit' | Missed | 'spared'>
  readonly #unusualVary = new BoundedMap<string, VaryNames>({ max: MAX_REMEMBERED, whenFull: 'evict-oldest' })
  readonly #idsByCodings = new TextMemo<string>(MAX_CODINGS_KNOWN, idOfCodings)

  constructor(parts: RedisLevelParts) {
    this.#parts = parts
    this.#bodies = new RedisBodies({ redis: parts.redis, random: parts.random, clock: parts.clock, ...parts.config })
    this.#stores = new RedisStores({ ...parts, bodies: this.#bodies })
    this.#lookups = new OutcomeCounters(parts.metrics, 'weir_l2_lookups_total')
  }

  get(
    key: string,
    request: Fields,
    nowMs: number,
    _promotion: Promotion = 'promote',
    spot: Spot | null = null,
    body: BodyTerms = 'own',
  ): null | Promise<Entry | null> {
    if (!this.#mayAsk()) return null
    const far = this.#farPlace(key, spot)
    const names = far.names ?? (this.#unusualVary.size === 0 ? undefined : this.#unusualVary.get(far.place))
    const guesses = names === undefined ? COMMON_VARY : [names]
    return new Promise((done) => this.#lookUp({ key, far, request, nowMs, body, guesses, done }))
  }

  put(key: string, entry: Entry, maxVariants: number, nowMs: number): void | Promise<void> {
    const keepMs = this.#stores.keepMs(entry, nowMs)
    if (keepMs < 1 || !this.#mayWrite()) return
    const place = placeOf(this.#parts.config.keyPrefix, key)
    this.#remember(place, varyText(entry.varyNames), entry.varyNames)
    return this.#stores.put({ key, place, entry, maxVariants, keepMs })
  }

  delete(key: string, fillSeq = 0): void | Promise<void> {
    if (!this.#mayWrite()) return
    return this.#stores.remove(placeOf(this.#parts.config.keyPrefix, key), fillSeq)
  }

  #lookUp(wanted: Wanted): void {
    this.#read(wanted, this.#askFor(wanted), (values) => this.#guessed(wanted, values))
  }

  #askFor({ far, guesses, request }: Wanted): HashAsk {
    if (guesses.length === 1 && guesses[0]!.length === 0) {
      far.plainAsk ??= new HashAsk(far.place, [VARY_FIELD, ID_WITHOUT_VARY])
      return far.plainAsk
    }
    const fields = [VARY_FIELD]
    for (const names of guesses) fields.push(this.#idFor(names, request))
    return new HashAsk(far.place, fields)
  }

  #read(wanted: Wanted, ask: HashAsk, found: (values: HashFields) => Entry | null | Promise<Entry | null>): void {
    this.#parts.redis.hashGet(ask, (reply) => {
      this.#tellBreaker(reply)
      wanted.done(reply.ok ? found(reply.value) : this.#missed(reply.why))
    })
  }

  #guessed(wanted: Wanted, values: HashFields): Entry | null | Promise<Entry | null> {
    const text = values[0]
    if (text === null || text === undefined) return this.#missed('miss')
    const names = varyNamesIn(text)
    if (names === null) return this.#missed('corrupt')

    const found = varyText(names)
    wanted.far.names = this.#remember(wanted.far.place, found, names)
    const guess = wanted.guesses.findIndex((guessed) => varyText(guessed) === found)
    return guess < 0 ? this.#lookUpAgain(wanted, names) : this.#open(wanted, values[guess + 1] ?? null)
  }

  /** The second trip, when Vary was another than guessed. */
  #lookUpAgain(wanted: Wanted, names: VaryNames): null | Promise<Entry | null> {
    if (!this.#mayAsk()) return null
    return new Promise((done) => {
      const ask = new HashAsk(wanted.far.place, [this.#idFor(names, wanted.request)])
      this.#read({ ...wanted, done }, ask, (values) => this.#open(wanted, values[0] ?? null))
    })
  }

  /** The entry in an envelope, if it is one for this key, fits the request (a digest may collide) and is still kept. */
  #open(wanted: Wanted, envelope: Uint8Array | null): Entry | null | Promise<Entry | null> {
    if (envelope === null) return this.#missed('miss')
    const opened = openEnvelope(wanted.key, envelope, wanted.body)
    if (opened === null) return this.#missed('corrupt')
    const { entry, pending } = opened
    if (entry.keepUntilMs <= wanted.nowMs || !fitsRequest(entry, wanted.request)) return this.#missed('miss')
    if (pending !== null) return this.#withBody(wanted.far.place, entry, pending)
    this.#lookups.count('hit')
    // A stale one may be held for as long as its origin takes.
    return entry.sendable !== undefined && isFresh(entry, wanted.nowMs) ? entry : owned(entry)
  }

  async #withBody(place: string, entry: Entry, pending: StoredBody): Promise<Entry | null> {
    const body = await this.#bodies.read(place, pending)
    if (typeof body === 'string') return this.#missed(body)
    this.#lookups.count('hit')
    return { ...entry, body }
  }

  #missed(outcome: Missed | NoReply['why']): null {
    this.#lookups.count(outcome)
    return null
  }

  #farPlace(key: string, spot: Spot | null): FarPlace {
    const known = spot === null ? null : (spot.far as FarPlace | null)
    if (known !== null) return known
    const far: FarPlace = { place: placeOf(this.#parts.config.keyPrefix, key), names: null, plainAsk: null }
    if (spot !== null) spot.far = far
    return far
  }

  #mayAsk(): boolean {
    if (this.#parts.breaker.allow(this.#parts.clock.monotonicMs())) return true
    this.#lookups.count('spared')
    return false
  }

  #mayWrite(): boolean {
    if (this.#parts.breaker.state(this.#parts.clock.monotonicMs()).state === 'closed') return true
    this.#stores.countSpared()
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

  /** @returns the same names; common ones as we have them, since those are known by what they are */
  #remember(place: string, text: string, names: VaryNames): VaryNames {
    const common = COMMON_VARY[COMMON_TEXTS.indexOf(text)]
    if (common === undefined) this.#unusualVary.set(place, names)
    else if (this.#unusualVary.size > 0) this.#unusualVary.delete(place)
    return common ?? names
  }

  #idFor(names: VaryNames, request: Fields): string {
    if (names.length === 0) return ID_WITHOUT_VARY
    if (names !== BY_CODINGS) return variantId(variantOf(names, request))
    const codings = request.get('accept-encoding')
    return codings === undefined ? ID_WITHOUT_CODINGS : this.#idsByCodings.get(codings)
  }
}

function idOfCodings(codings: string): string {
  return variantId(variantOf(BY_CODINGS, Fields.of({ 'accept-encoding': codings })))
}
