import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { RedisMarks } from '../../control/changes/redis-marks.ts'
import { MemoryMarks } from '../../control/changes/version-marks.ts'
import { systemTimers } from '../../edge/base/system/clock.ts'
import { ManualClock } from './manual-clock.ts'
import type { Scope } from './scope.ts'

const LUA = readFileSync(new URL('../../lua/change-newer.lua', import.meta.url), 'utf8')

/** A client of a Redis for a test to look and act with; it waits for nothing while Redis is away, and ends with the test. */
export async function redisClient(t: Scope, url: string): Promise<Redis> {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, lazyConnect: true, retryStrategy: () => 20 })
  redis.on('error', () => {}) // A test that kills its Redis hears of it elsewhere.
  t.teardown(() => redis.disconnect())
  await redis.connect()
  return redis
}

/** Marks in a Redis, with marks in memory behind them. */
export function redisMarks(redis: Redis): RedisMarks {
  return new RedisMarks({ redis, lua: LUA, keyPrefix: 'weir:change:', local: new MemoryMarks(new ManualClock()), timers: systemTimers })
}
