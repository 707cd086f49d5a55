import { Redis } from 'ioredis'
import t from 'tap'
import { startRedis } from '../support/redis.ts'
import { readScript } from '../support/shared-level.ts'
import { until } from '../support/until.ts'

const LEASE = readScript('fill-lease')
const KEY = 'weir:l1:{x}'
const LONG_MS = 60_000

const { port } = await startRedis(t)
const redis = new Redis(port, '127.0.0.1')
t.teardown(() => redis.disconnect())
t.beforeEach(() => redis.flushall())

const ask = async (verb: string, token: string, ms: number, last: string | number) => {
  const [state, number] = (await redis.eval(LEASE.text, 1, KEY, verb, token, ms, last)) as [string, string]
  return { state, number: Number(number) }
}
const take = (token: string, after = 0, ms = LONG_MS) => ask('take', token, ms, after)
const end = (token: string, outcome: string, ms = LONG_MS) => ask('end', token, ms, outcome)

t.test('one takes it, the others are told that it is held', async (t) => {
  const all = await Promise.all(['a', 'b', 'c'].map((token) => take(token)))
  t.same(
    all.map(({ state }) => state),
    ['taken', 'held', 'held'],
  )
  t.equal(new Set(all.map(({ number }) => number)).size, 1)
  t.ok(Number.isSafeInteger(all[0]!.number))
})

t.test('the outcome is told until it is of no use, and the next fetch has a higher number', async (t) => {
  const first = await take('a')
  t.equal((await end('a', 'stored')).state, 'ok')
  const told = await take('b')
  t.same(told, { state: 'stored', number: first.number })
  const second = await take('b', told.number)
  t.equal(second.state, 'taken')
  t.ok(second.number > first.number)
  t.equal((await take('c', told.number)).state, 'held')
  await end('b', 'failed')
  t.same(await take('c', told.number), { state: 'failed', number: second.number }, 'a later outcome is news')
})

t.test('numbers grow even when the clock of Redis does not', async (t) => {
  const ahead = 9_000_000_000_000_000
  await redis.hset(KEY, 's', 'stored', 't', 'a', 'f', ahead)
  t.same(await take('b', ahead), { state: 'taken', number: ahead + 1 })
})

t.test('a holder that is never heard of again is followed by the next, and cannot end the fetch of that one', async (t) => {
  await take('a', 0, 1)
  await until(async () => (await take('b')).state === 'taken', { what: 'the lease to run out' })
  t.equal((await end('a', 'stored')).state, 'lost')
  t.equal((await ask('hold', 'a', LONG_MS, 0)).state, 'lost')
  t.equal((await take('c')).state, 'held')
})

t.test('a holder that is alive keeps it for longer', async (t) => {
  await take('a', 0, LONG_MS / 2)
  t.equal((await ask('hold', 'a', LONG_MS, 0)).state, 'ok')
  t.ok((await redis.pttl(KEY)) > LONG_MS / 2)
})

t.test('the outcome is kept for as long as was said, and nothing for ever', async (t) => {
  await take('a')
  t.ok((await redis.pttl(KEY)) > 0)
  await end('a', 'uncacheable', LONG_MS / 2)
  const leftMs = await redis.pttl(KEY)
  t.ok(leftMs > 0 && leftMs <= LONG_MS / 2, `${leftMs} ms`)
  t.equal((await end('a', 'stored')).state, 'lost', 'it ended already')
})

t.test('a key of another type does not keep an answer from being fetched by one', async (t) => {
  await redis.set(KEY, 'nonsense')
  t.equal((await take('a')).state, 'taken')
  t.equal((await take('b')).state, 'held')
})
