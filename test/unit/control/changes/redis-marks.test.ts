import { EventEmitter } from 'node:events'
import type { Redis } from 'ioredis'
import t from 'tap'
import { RedisMarks } from '../../../../control/changes/redis-marks.ts'
import { MemoryMarks, type RowVersion } from '../../../../control/changes/version-marks.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

// What the script answers on a real Redis is in test/lua/change-newer.test.ts.

const CHANGE: RowVersion = { row: 'r', version: '1', digest: 'a', rememberMs: 60_000, purges: ['p'] }

/** A client whose answers the test gives. */
class ScriptedRedis extends EventEmitter {
  status = 'ready'
  readonly asked: unknown[][] = []
  answer: () => Promise<number[]> = async () => [1]
  defineCommand(): void {}
  changeNewer(...values: unknown[]): Promise<number[]> {
    this.asked.push(values)
    return this.answer()
  }
}

function makeMarks() {
  const redis = new ScriptedRedis()
  const clock = new ManualClock()
  const local = new MemoryMarks(clock)
  const marks = new RedisMarks({ redis: redis as unknown as Redis, lua: 'return {}', keyPrefix: 'k:', local, timers: clock })
  return { redis, clock, local, marks }
}

t.test('a change is asked for under the key of its row', async (t) => {
  const { redis, marks } = makeMarks()
  t.same(await marks.look([CHANGE]), [[true]])
  await marks.keep([CHANGE])
  t.same(redis.asked, [
    ['k:r', 'look', '1', 'a', 60_000, 256, 'p'],
    ['k:r', 'keep', '1', 'a', 60_000, 256, 'p'],
  ])
})

t.test('a Redis that is away is not asked', async (t) => {
  const { redis, marks } = makeMarks()
  redis.status = 'reconnecting'
  await marks.keep([CHANGE])
  t.same(await marks.look([CHANGE]), [[false]])
  t.same(redis.asked, [])
})

t.test('a Redis that fails or does not answer within a second is answered for', async (t) => {
  const { redis, clock, local, marks } = makeMarks()
  await local.keep([CHANGE])
  redis.answer = () => Promise.reject(new Error('gone'))
  t.same(await marks.look([CHANGE]), [[false]])
  redis.answer = () => new Promise(() => {})
  const looked = marks.look([CHANGE])
  clock.advance(1_000)
  t.same(await looked, [[false]])
  t.equal(clock.pending, 0)
})
