import t from 'tap'
import { breakerInARow } from '../../../edge/breaker/in-a-row.ts'
import type { Entry } from '../../../edge/cache/entry.ts'
import { encodeWhole } from '../../../edge/cache/envelope.ts'
import type { Spot } from '../../../edge/cache/level.ts'
import { RedisLevel } from '../../../edge/cache/redis-level.ts'
import { placeOf, variantId, varyText } from '../../../edge/cache/redis-place.ts'
import { variantOf } from '../../../edge/cache/variant.ts'
import type { RedisConfig } from '../../../edge/contract/redis.ts'
import { Fields } from '../../../edge/http/fields.ts'
import type { NoReply } from '../../../edge/redis/reply.ts'
import { script } from '../../../edge/redis/script.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryRedis } from '../../support/memory-redis.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { makeRedisConfig } from '../../support/shared-level.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

const NOW = RECEIVED_AT_MS
const KEY = 'https://shop.example/p/1'
const PLACE = placeOf('weir:', KEY)
const ANY = Fields.of()

function makeLevel(changes: Partial<RedisConfig> = {}) {
  const redis = new MemoryRedis()
  const clock = new ManualClock()
  const metrics = new RecordingMetrics()
  const log = new RecordingLog()
  const breaker = breakerInARow({ failures: 3, openMs: 1_000 })
  const scripts = { put: script('cache-put', 'return 1'), remove: script('cache-remove', 'return 1') }
  const config = makeRedisConfig('redis://127.0.0.1', changes)
  const level = new RedisLevel({ redis, breaker, scripts, config, random: new SeededRandom(3), clock, log, metrics })
  const lookups = (outcome: string) => metrics.value('weir_l2_lookups_total', [outcome])
  const stores = (outcome: string) => metrics.value('weir_l2_stores_total', [outcome])
  return { redis, clock, log, level, lookups, stores }
}

function envelopeOf(key: string, entry: Entry): Buffer {
  return encodeWhole(key, entry)!
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
  t.same(redis.puts[0]?.slice(4), [8, 1_234])
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
      [id, envelopeOf(KEY, entry)],
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
  hash.set(variantId(''), envelopeOf('https://other.example/', makeEntry()))
  t.equal(await level.get(KEY, ANY, NOW), null)
  t.equal(lookups('corrupt'), 3)
})

t.test('an entry that stands where another variant belongs is not served', async (t) => {
  const { redis, level } = makeLevel()
  const german = varying('accept-encoding', 'gzip')
  await level.put(KEY, german, 8, NOW)
  const wrongId = variantId(variantOf(['accept-encoding'], Fields.of({ 'accept-encoding': 'br' })))
  redis.hashes.get(PLACE)?.set(wrongId, envelopeOf(KEY, german))
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

t.test('what came together does not leave Redis together', async (t) => {
  const { redis, level } = makeLevel({ ttlJitterRatio: 0.2 })
  for (let i = 0; i < 200; i++) await level.put(`${KEY}${i}`, makeEntry({ keepUntilMs: NOW + 100_000 }), 8, NOW)
  const times = redis.puts.map((values) => Number(values[5]))
  t.ok(Math.min(...times) >= 80_000 && Math.max(...times) <= 100_000)
  t.ok(Math.max(...times) - Math.min(...times) > 15_000, 'the whole range is used')
})

t.test('what Redis holds something newer of is counted as older', async (t) => {
  const { redis, level, stores } = makeLevel()
  redis.verdict = [0]
  await level.put(KEY, makeEntry(), 8, NOW)
  t.same([stores('older'), stores('stored')], [1, 0])
})

t.test('a removal by a purge says its number, one without says the moment', async (t) => {
  const { redis, clock, level } = makeLevel()
  await level.delete(KEY, 12)
  await level.delete(KEY)
  const wallMs = String(clock.wallMs()).padStart(14, '0')
  t.same(redis.puts, [
    ['0000000000000012', '0'.repeat(14), 60_000],
    ['0'.repeat(16), wallMs, 60_000],
  ])
})

t.test('a long body is cut into chunks, and found again with a trip for all of them', async (t) => {
  const { redis, level, lookups } = makeLevel()
  const body = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251)
  await level.put(KEY, makeEntry({ body, fields: Fields.of({ 'content-type': 'image/png' }) }), 8, NOW)
  t.equal(redis.values.size, 4)
  t.ok([...redis.values.keys()].every((key) => key.startsWith(`${PLACE}:`)))
  t.ok([...redis.values.values()].every((chunk) => chunk.byteLength <= 100_000))
  const entry = await level.get(KEY, ANY, NOW)
  t.ok(entry && Buffer.compare(entry.body, body) === 0)

  const [first] = redis.values.keys()
  redis.values.delete(first!)
  t.equal(await level.get(KEY, ANY, NOW), null, 'without one of them it is a miss')
  t.same([lookups('hit'), lookups('corrupt')], [1, 1])
})

t.test('chunks that no envelope names are removed', async (t) => {
  const { redis, level } = makeLevel()
  const long = makeEntry({ body: new Uint8Array(200_000), fields: Fields.of({ 'content-type': 'image/png' }) })
  await level.put(KEY, long, 8, NOW)
  const record = String(redis.puts[0]![1])
  redis.verdict = [1, record.slice(-20)]
  await level.put(KEY, long, 8, NOW)
  t.equal(redis.values.size, 3, 'those of the one before are gone')
  redis.verdict = [0]
  await level.put(KEY, long, 8, NOW)
  t.equal(redis.values.size, 3, 'and so are those of one that was refused')
})

t.test('a text is compressed, if it is long enough', async (t) => {
  const { redis, level } = makeLevel({ compressMinBytes: 1_000 })
  const put = async (bytes: number) => {
    await level.put(KEY, makeEntry({ body: Buffer.alloc(bytes, 'weir ') }), 8, NOW)
    return (redis.puts.at(-1)![3] as Buffer).length
  }
  t.ok((await put(999)) > 999)
  t.ok((await put(50_000)) < 1_000)
  t.equal(Buffer.from((await level.get(KEY, ANY, NOW))!.body).toString('latin1', 0, 10), 'weir weir ')
  t.ok((await put(500_000)) < 1_000, 'a long one too, and then it needs no chunks')
  t.equal((await level.get(KEY, ANY, NOW))?.body.length, 500_000)
  t.equal(redis.values.size, 0)
})

t.test('an entry that is too large is not sent', async (t) => {
  const { redis, level, stores } = makeLevel()
  await level.put(KEY, makeEntry({ body: new Uint8Array(64 * 1_048_576 + 1) }), 8, NOW)
  t.same([redis.trips, stores('too-large')], [0, 1])
})

t.test('who remembers a key asks for one guess, and for another once Vary has changed', async (t) => {
  const { redis, level } = makeLevel()
  const spot: Spot = { held: null, far: null }
  const get = (fields = ANY) => level.get(KEY, fields, NOW, 'promote', spot)
  t.equal(await get(), null)
  await level.put(KEY, makeEntry(), 8, NOW)
  t.ok(await get())
  t.ok(await get())
  t.same(redis.hashAsks.at(-1), ['v', variantId('')])
  const gzip = Fields.of({ 'accept-encoding': 'gzip' })
  await level.put(KEY, varying('accept-encoding', 'gzip'), 8, NOW)
  redis.trips = 0
  t.ok(await get(gzip))
  t.equal(redis.trips, 2, 'it varies now')
  t.ok(await get(gzip))
  t.equal(redis.trips, 3)
  t.equal(await get(Fields.of({ 'accept-encoding': 'br' })), null, 'another variant')
})

t.test('a short fresh body is lent where it lies, all others are copied', async (t) => {
  const { redis, level } = makeLevel()
  const read = Buffer.alloc(65_536)
  const lies = async (changes: Partial<Entry>, body: 'own' | 'lend') => {
    const envelope = envelopeOf(KEY, makeEntry(changes))
    envelope.copy(read, 99)
    redis.hashes.set(
      PLACE,
      new Map([
        ['v', Buffer.from('')],
        [variantId(''), read.subarray(99, 99 + envelope.length)],
      ]),
    )
    const entry = (await level.get(KEY, ANY, NOW, 'promote', null, body))!
    const { buffer } = entry.body
    read.fill(0)
    return [buffer === read.buffer ? 'there' : 'own', entry.sendable?.text ?? Buffer.from(entry.body).toString().slice(0, 5)]
  }
  t.same(await lies({}, 'lend'), ['there', 'hello'])
  t.same(await lies({}, 'own'), ['own', 'hello'])
  t.same(await lies({ lifetimeMs: 0 }, 'lend'), ['own', 'hello'], 'stale: it may wait for its origin')
  t.same(await lies({ body: Buffer.alloc(4_097, 'long.') }, 'lend'), ['own', 'long.'])
})
