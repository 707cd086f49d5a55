// lua/change-newer.lua on a real Redis, held to the same stories as its twin in memory.

import t from 'tap'
import { MAX_PURGES_OF_ROW, type RowVersion } from '../../control/changes/version-marks.ts'
import { redisClient, redisMarks } from '../support/change-redis.ts'
import { NEWER_STORIES, newerOf } from '../support/newer-steps.ts'
import { startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const change = (more: Partial<RowVersion> = {}): RowVersion => ({
  row: 'r',
  version: '1',
  digest: 'a',
  rememberMs: 60_000,
  purges: ['p'],
  ...more,
})

t.test('change-newer', async (t) => {
  const server = await startRedis(t)
  const redis = await redisClient(t, server.url)
  const marks = redisMarks(redis)

  for (const story of NEWER_STORIES) {
    t.test(story.name, async (t) => {
      const said = await newerOf(marks, story)
      t.same(
        said,
        story.steps.map(({ newer }) => newer),
      )
      t.match(await redis.keys(`weir:change:${story.name}`), { length: 1 }, 'Redis itself was asked')
    })
  }

  t.test('asking keeps nothing', async (t) => {
    t.same(await marks.look([change({ row: 'asked' })]), [[true]])
    t.equal(await redis.exists('weir:change:asked'), 0)
  })

  t.test('a mark lives for its time, and each change lengthens it', async (t) => {
    await marks.keep([change({ row: 'timed', rememberMs: 50_000 })])
    t.ok((await redis.pttl('weir:change:timed')) <= 50_000)
    await marks.keep([change({ row: 'timed', version: '2', rememberMs: 90_000 })])
    t.ok((await redis.pttl('weir:change:timed')) > 50_000)
  })

  t.test('a row with too many purges forgets them all, and purges again', async (t) => {
    const many = Array.from({ length: MAX_PURGES_OF_ROW }, (_, i) => `p${i}`)
    await marks.keep([change({ row: 'wide', purges: many })])
    t.notOk((await marks.look([change({ row: 'wide', purges: many })]))[0]!.includes(true))
    await marks.keep([change({ row: 'wide', purges: ['one more'] })])
    t.same(await marks.look([change({ row: 'wide', purges: ['p0', 'one more'] })]), [[true, false]])
    t.equal(await redis.hlen('weir:change:wide'), 1)
  })

  t.test('many at once raise a mark to the highest, whoever comes last', async (t) => {
    const versions = Array.from({ length: 200 }, (_, i) => String((i * 77) % 200))
    await Promise.all(versions.map((version) => marks.keep([change({ row: 'raced', version, digest: `d${version}` })])))
    t.equal(await redis.hget('weir:change:raced', 'p'), '199\nd199')
  })

  t.test('a Redis that lost its scripts is taught them again', async (t) => {
    await redis.script('FLUSH')
    t.same(await marks.look([change({ row: 'taught' })]), [[true]])
    await marks.keep([change({ row: 'taught' })])
    t.equal(await redis.hget('weir:change:taught', 'p'), '1\na')
  })

  t.test('when Redis is away or of another mind, what is remembered here must do', async (t) => {
    await redis.set('weir:change:text', 'x')
    t.same(await marks.look([change({ row: 'text' })]), [[true]], 'a key of another type is newer')
    await server.kill()
    await until(() => redis.status !== 'ready', { what: 'the client to notice' })
    t.same(await marks.look([change({ row: 'local' })]), [[true]])
    await marks.keep([change({ row: 'local' })])
    t.same(await marks.look([change({ row: 'local' })]), [[false]])
  })
})
