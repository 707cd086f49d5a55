// The reading of the stream of changes, on a real Redis: several consumers, one that dies, dead letters, a Redis that goes away.

import type { Redis } from 'ioredis'
import t from 'tap'
import { type ChangeIntake, openIntake } from '../../control/changes/change-intake.ts'
import { systemClock, systemRandom, systemTimers } from '../../edge/base/system/clock.ts'
import { systemFiles } from '../../edge/base/system/files.ts'
import { ChangeStreamSchema } from '../../edge/contract/changes.ts'
import { redisClient } from '../support/change-redis.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { RecordingMetrics } from '../support/recording-metrics.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import type { Scope } from '../support/scope.ts'
import { until } from '../support/until.ts'
import { accepted } from '../unit/contract/accepts.ts'
import { siteOf } from '../unit/contract/site-of.ts'
import { ITEM_RULE, RecordedPurges, update } from '../unit/control/changes/change-maker.ts'

const STREAM = 'weir:changes'
const row = (id: number | string, version = 1) => JSON.stringify(update({ id, slug: `s${id}`, version }))
const add = (redis: Redis, text: string) => redis.xadd(STREAM, 'MAXLEN', '~', 10_000, '*', 'change', text)

interface World {
  readonly intake: ChangeIntake
  readonly purges: RecordedPurges
  readonly metrics: RecordingMetrics
  readonly log: RecordingLog
}

async function consumer(t: Scope, redis: TestRedis, config: object = {}): Promise<World> {
  const world = { purges: new RecordedPurges(), metrics: new RecordingMetrics(), log: new RecordingLog() }
  const site = siteOf({ changes: { item: ITEM_RULE } })
  const read = accepted(ChangeStreamSchema, { url: redis.url, claimIdleMs: 300, maxTries: 2, ...config })
  const ports = { clock: systemClock, timers: systemTimers, random: systemRandom, files: systemFiles }
  const intake = await openIntake(read, { ...world, ...ports, site: () => site })
  t.teardown(() => intake.close())
  intake.start()
  return { ...world, intake }
}

const tags = ({ purges }: World) => purges.orders.flatMap((order) => ('tag' in order ? [order.tag] : []))
const stateOf = ({ intake }: World) => intake.stream!.consumer.state
const pendingOf = async (redis: Redis) => Number(((await redis.xpending(STREAM, 'weir')) as unknown[])[0])

t.test('what was added before and after the start is purged, once, and the lag goes to nothing', async (t) => {
  const server = await startRedis(t)
  const redis = await redisClient(t, server.url)
  for (let id = 0; id < 300; id++) await add(redis, row(id))
  const world = await consumer(t, server)
  await until(() => tags(world).length === 300, { what: 'the first 300' })
  await add(redis, row('new'))
  await until(() => tags(world).includes('item-new'), { what: 'the new one' })
  for (let id = 0; id < 300; id++) await add(redis, row(id))
  await add(redis, row('last'))
  await until(() => tags(world).includes('item-last'), { what: 'the end of the replay' })
  t.equal(tags(world).length, 302, 'a replay purges nothing')
  await until(() => stateOf(world).lag === 0 && world.metrics.value('weir_changes_lag') === 0, { what: 'the lag to be nothing' })
  t.equal(world.metrics.value('weir_changes_total', ['item', 'ignored-older']), 300)
})

t.test('two consumers share the work, and what one leaves behind the other takes over', async (t) => {
  const server = await startRedis(t)
  const redis = await redisClient(t, server.url)
  await redis.xgroup('CREATE', STREAM, 'weir', '0', 'MKSTREAM')
  for (let id = 0; id < 20; id++) await add(redis, row(id))
  // A consumer that was given half of it and was killed before it acknowledged any.
  await redis.xreadgroup('GROUP', 'weir', 'killed', 'COUNT', 10, 'STREAMS', STREAM, '>')
  // On a busy machine each may seem idle to the other for a moment: an entry that goes to and fro is no dead letter.
  const terms = { batch: 3, maxTries: 100 }
  const worlds = [await consumer(t, server, terms), await consumer(t, server, terms)]
  await until(() => worlds.every((world) => stateOf(world).state === 'up'), { what: 'both consumers' })
  for (let id = 20; id < 200; id++) await add(redis, row(id))
  const all = () => new Set(worlds.flatMap(tags))
  await until(() => all().size === 200, { what: 'all 200, nothing lost' })
  await until(async () => (await pendingOf(redis)) === 0, { what: 'all to be acknowledged' })
  t.ok(
    worlds.every((world) => tags(world).length > 0),
    'both had a part in it',
  )
  t.equal(
    worlds.reduce((sum, { metrics }) => sum + metrics.value('weir_changes_dead_total', ['tries']), 0),
    0,
  )
})

t.test('what cannot be used is a dead letter with its reason, bounded, and can be tried again', async (t) => {
  const server = await startRedis(t)
  const redis = await redisClient(t, server.url)
  const world = await consumer(t, server)
  const { letters } = world.intake.stream!
  await add(redis, 'no JSON')
  await add(redis, JSON.stringify(update({ id: 1, version: 1 })))
  await redis.xadd(STREAM, '*', 'a', '1', 'b', '2')
  await add(redis, row('fine'))
  await until(() => tags(world).includes('item-fine'), { what: 'the entry behind them' })
  await until(async () => (await letters.list(10)).length === 3, { what: 'three dead letters' })
  const listed = await letters.list(10)
  t.match(
    listed.find(({ change }) => change === 'no JSON'),
    { cause: 'unreadable', reason: 'is not JSON', tries: 1, whole: true, entry: /^\d+-\d+$/ },
  )
  t.match(
    listed.find(({ cause }) => cause === 'invalid'),
    { reason: /\/data\/0\/slug the row has no column "slug"/ },
  )
  t.match(await letters.list(1), { length: 1 })
  t.match(await letters.list(10, listed[0]!.id), { length: 2 })

  await redis.xadd(`${STREAM}:dead`, '*', 'change', row('mended'), 'whole', '1')
  const mended = (await letters.list(1))[0]!.id
  t.match(await letters.retry([mended, '1-1', mended]), { retried: 1, refused: ['1-1'], left: 3 })
  await until(() => tags(world).includes('item-mended'), { what: 'the mended one' })
  t.match(await letters.retry(null), { retried: 2, refused: { length: 1 } }, 'what had no text cannot come again')
  await until(async () => (await redis.xlen(`${STREAM}:dead`)) === 3, { what: 'those that are still wrong to come back' })
})

t.test('Redis away: shown, nothing lost, taken up again; emptied: the group is made anew', async (t) => {
  const server = await startRedis(t, { args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  const redis = await redisClient(t, server.url)
  const world = await consumer(t, server)
  await add(redis, row('before'))
  await until(() => tags(world).includes('item-before'), { what: 'the first' })
  server.pause()
  await until(() => stateOf(world).state === 'down', { what: 'the silence to be noticed', deadlineMs: 60_000 })
  t.equal(world.metrics.value('weir_changes_stream_state'), 0)
  server.resume()
  await until(() => stateOf(world).state === 'up', { what: 'the return' })
  await until(() => redis.status === 'ready', { what: 'the client of the test' })
  await add(redis, row('after'))
  await until(() => tags(world).includes('item-after'), { what: 'what came then' })
  await redis.flushall()
  await until(async () => add(redis, row('emptied')), { what: 'the client of the test' })
  await until(() => tags(world).includes('item-emptied'), { what: 'what came after the loss' })
  t.match(stateOf(world), { state: 'up', lastFault: null })
})

t.test('what was trimmed before anybody had it done is counted as lost', async (t) => {
  const server = await startRedis(t)
  const redis = await redisClient(t, server.url)
  await redis.xgroup('CREATE', STREAM, 'weir', '0', 'MKSTREAM')
  await add(redis, row('lost'))
  await redis.xreadgroup('GROUP', 'weir', 'killed', 'STREAMS', STREAM, '>')
  await redis.xtrim(STREAM, 'MAXLEN', 0)
  const world = await consumer(t, server)
  await until(() => world.metrics.value('weir_changes_lost_total') === 1, { what: 'the loss to be counted' })
  t.equal(await pendingOf(redis), 0)
  t.equal(world.log.of('changes-lost').length, 1)
})

t.test('a consumer without a name of its own leaves none behind', async (t) => {
  const server = await startRedis(t)
  const redis = await redisClient(t, server.url)
  const world = await consumer(t, server)
  await until(() => stateOf(world).state === 'up', { what: 'the consumer' })
  await add(redis, row('1'))
  await until(() => tags(world).length === 1, { what: 'its entry' })
  await world.intake.close()
  t.same(await redis.xinfo('CONSUMERS', STREAM, 'weir'), [])
})
