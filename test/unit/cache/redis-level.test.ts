import t from 'tap'
import { Breaker } from '../../../edge/breaker/breaker.ts'
import type { Entry } from '../../../edge/cache/entry.ts'
import { encodeEnvelope } from '../../../edge/cache/envelope.ts'
import { RedisLevel } from '../../../edge/cache/redis-level.ts'
import { placeOf, variantId, varyText } from '../../../edge/cache/redis-place.ts'
import { variantOf } from '../../../edge/cache/variant.ts'
import { Fields } from '../../../edge/http/fields.ts'
import type { RedisPort } from '../../../edge/redis/redis-port.ts'
import type { NoReply, Reply } from '../../../edge/redis/reply.ts'
import { script } from '../../../edge/redis/script.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

const NOW = RECEIVED_AT_MS
const KEY = 'https://shop.example/p/1'
const PLACE = placeOf('weir:', KEY)
const ANY = Fields.of()

/** Redis as hashes in memory, that can be told to fail. It runs no Lua: what the script does is tested with a real one. */
class FakeRedis implements RedisPort {
  readonly hashes = new Map<string, Map<string, Uint8Array>>()
  readonly puts: (readonly (string | number | Buffer)[])[] = []
  failure: NoReply | null = null
  trips = 0

  async hashGet(key: string, fields: readonly string[]): Promise<Reply<readonly (Uint8Array | null)[]>> {
    this.trips++
    return this.failure ?? { ok: true, value: fields.map((field) => this.hashes.get(key)?.get(field) ?? null) }
  }

  async run(_script: unknown, key: string, values: readonly (string | number | Buffer)[]): Promise<Reply<unknown>> {
    this.trips++
    if (this.failure !== null) return this.failure
    this.puts.push(values)
    const [vary, id, envelope] = values as [string, string, Buffer]
    this.hashes.set(
      key,
      new Map([
        ['v', Buffer.from(vary)],
        [id, envelope],
      ]),
    )
    return { ok: true, value: 1 }
  }

  async remove(key: string): Promise<Reply<unknown>> {
    this.hashes.delete(key)
    return this.failure ?? { ok: true, value: 1 }
  }

  async ping(): Promise<Reply<unknown>> {
    return this.failure ?? { ok: true, value: 'PONG' }
  }

  state(): 'ready' | 'away' {
    return 'ready'
  }

  close(): void {}
}

function makeLevel() {
  const redis = new FakeRedis()
  const clock = new ManualClock()
  const metrics = new RecordingMetrics()
  const log = new RecordingLog()
  const breaker = new Breaker({ failures: 3, openMs: 1_000 })
  const putScript = script('cache-put', 'return 1')
  const level = new RedisLevel({ redis, breaker, putScript, keyPrefix: 'weir:', clock, log, metrics })
  const lookups = (outcome: string) => metrics.value('weir_l2_lookups_total', [outcome])
  const stores = (outcome: string) => metrics.value('weir_l2_stores_total', [outcome])
  return { redis, clock, log, level, lookups, stores }
}

function varying(name: string, value: string, changes: Partial<Entry> = {}): Entry {
  return makeEntry({ varyNames: [name], variant: variantOf([name], Fields.of({ [name]: value })), ...changes })
}

t.test('what was put is found again in one trip', async (t) => {
  const { redis, level, lookups, stores } = makeLevel()
  await level.put(KEY, makeEntry(), 8, NOW)
  redis.trips = 0
  const entry = await level.get(KEY, ANY, NOW)
  t.equal(Buffer.from(entry!.body).toString(), 'hello')
  t.equal(redis.trips, 1)
  t.same([lookups('hit'), stores('stored')], [1, 1])
})

t.test('Redis is told the bound on variants and the time to keep', async (t) => {
  const { redis, level } = makeLevel()
  await level.put(KEY, makeEntry({ keepUntilMs: NOW + 1_234.9 }), 8, NOW)
  t.same(redis.puts[0]?.slice(3), [8, 1_234])
  await level.put(KEY, makeEntry({ keepUntilMs: NOW }), 8, NOW)
  t.equal(redis.puts.length, 1, 'nothing is sent that is of no more use')
})

t.test('an answer that varies by coding is found in one trip by an edge that never saw it', async (t) => {
  const { redis, level } = makeLevel()
  await level.put(KEY, varying('accept-encoding', 'gzip'), 8, NOW)
  redis.trips = 0
  t.ok(await level.get(KEY, Fields.of({ 'accept-encoding': 'gzip' }), NOW))
  t.equal(redis.trips, 1)
})

t.test('another Vary costs a second trip once, and one trip from then on', async (t) => {
  const { redis, level, lookups } = makeLevel()
  const entry = varying('accept-language', 'de')
  const id = variantId(entry.variant)
  redis.hashes.set(
    PLACE,
    new Map([
      ['v', Buffer.from(varyText(entry.varyNames))],
      [id, encodeEnvelope(KEY, entry)!],
    ]),
  )
  const german = Fields.of({ 'accept-language': 'de' })
  t.ok(await level.get(KEY, german, NOW))
  t.equal(redis.trips, 2)
  t.ok(await level.get(KEY, german, NOW))
  t.equal(redis.trips, 3)
  t.equal(await level.get(KEY, Fields.of({ 'accept-language': 'fr' }), NOW), null)
  t.equal(redis.trips, 4)

  await level.put(KEY, makeEntry(), 8, NOW)
  redis.trips = 0
  t.ok(await level.get(KEY, german, NOW))
  t.equal(redis.trips, 1, 'what was remembered is forgotten when it changes')
  t.same([lookups('hit'), lookups('miss')], [3, 1])
})

t.test('what Redis does not have is a miss, counted once', async (t) => {
  const { redis, level, lookups } = makeLevel()
  t.equal(await level.get(KEY, ANY, NOW), null)
  await level.put(KEY, makeEntry({ keepUntilMs: NOW + 10 }), 8, NOW)
  t.equal(await level.get(KEY, ANY, NOW + 10), null, 'nor is what is of no more use')
  redis.hashes.get(PLACE)?.delete(variantId(''))
  t.equal(await level.get(KEY, ANY, NOW), null)
  t.same([lookups('miss'), redis.trips], [3, 4])
})

t.test('what cannot be read is a miss, and counted as corrupt', async (t) => {
  const { redis, level, lookups } = makeLevel()
  await level.put(KEY, makeEntry(), 8, NOW)
  const hash = redis.hashes.get(PLACE)!
  hash.set(variantId(''), Buffer.from('garbage'))
  t.equal(await level.get(KEY, ANY, NOW), null)
  hash.set('v', Buffer.from('a,,b'))
  t.equal(await level.get(KEY, ANY, NOW), null)
  hash.set('v', Buffer.from(''))
  hash.set(variantId(''), encodeEnvelope('https://other.example/', makeEntry())!)
  t.equal(await level.get(KEY, ANY, NOW), null)
  t.equal(lookups('corrupt'), 3)
})

t.test('an entry that stands where another variant belongs is not served', async (t) => {
  const { redis, level } = makeLevel()
  const german = varying('accept-encoding', 'gzip')
  await level.put(KEY, german, 8, NOW)
  const wrongId = variantId(variantOf(['accept-encoding'], Fields.of({ 'accept-encoding': 'br' })))
  redis.hashes.get(PLACE)?.set(wrongId, encodeEnvelope(KEY, german)!)
  t.equal(await level.get(KEY, Fields.of({ 'accept-encoding': 'br' }), NOW), null)
})

t.test('each way of not answering is a miss, and counted', async (t) => {
  for (const failure of [
    { ok: false, why: 'away' },
    { ok: false, why: 'late' },
    { ok: false, why: 'full' },
    { ok: false, why: 'refused', code: 'LOADING' },
  ] satisfies NoReply[]) {
    const { redis, level, lookups, stores } = makeLevel()
    redis.failure = failure
    await level.put(KEY, makeEntry(), 8, NOW)
    await level.delete(KEY)
    t.equal(await level.get(KEY, ANY, NOW), null)
    t.same([lookups(failure.why), stores(failure.why)], [1, 2], failure.why)
  }
})

t.test('a Redis that keeps failing is left alone, said once, and asked again after a while', async (t) => {
  const { redis, clock, log, level, lookups, stores } = makeLevel()
  redis.failure = { ok: false, why: 'late' }
  for (let i = 0; i < 3; i++) await level.get(KEY, ANY, NOW)
  redis.trips = 0
  t.equal(level.get(KEY, ANY, NOW), null, 'at once, not as a promise')
  t.equal(level.put(KEY, makeEntry(), 8, NOW), undefined)
  t.equal(level.delete(KEY), undefined)
  t.equal(redis.trips, 0)
  t.same([lookups('spared'), stores('spared')], [1, 2])
  t.match(log.lines, [{ level: 'warn', event: 'l2-spared', code: 'L2_DOWN', cause: 'late' }])

  clock.advance(1_000)
  redis.failure = null
  t.equal(level.put(KEY, makeEntry(), 8, NOW), undefined, 'a store is no probe')
  await level.get(KEY, ANY, NOW)
  await level.put(KEY, makeEntry(), 8, NOW)
  t.ok(await level.get(KEY, ANY, NOW))
})

t.test('a key of another type is a miss, and no sign that Redis fails', async (t) => {
  const { redis, level, lookups } = makeLevel()
  redis.failure = { ok: false, why: 'refused', code: 'WRONGTYPE' }
  for (let i = 0; i < 10; i++) await level.get(KEY, ANY, NOW)
  t.same([lookups('refused'), lookups('spared')], [10, 0])
})

t.test('a deleted key is gone', async (t) => {
  const { level, stores } = makeLevel()
  await level.put(KEY, makeEntry(), 8, NOW)
  await level.delete(KEY)
  t.equal(await level.get(KEY, ANY, NOW), null)
  t.equal(stores('removed'), 1)
})

t.test('an entry that is too large is not sent', async (t) => {
  const { redis, level, stores } = makeLevel()
  await level.put(KEY, makeEntry({ body: new Uint8Array(9_000_000) }), 8, NOW)
  t.same([redis.trips, stores('too-large')], [0, 1])
})
