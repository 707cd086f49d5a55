import { readFileSync } from 'node:fs'
import type { Timers } from '../../edge/base/ports.ts'
import { breakerInARow } from '../../edge/breaker/in-a-row.ts'
import { RedisLevel } from '../../edge/cache/redis-level.ts'
import type { RedisConfig } from '../../edge/contract/redis.ts'
import { createRedis } from '../../edge/redis/client.ts'
import { type Script, script } from '../../edge/redis/script.ts'
import { RecordingLog } from './recording-log.ts'
import { RecordingMetrics } from './recording-metrics.ts'
import type { Scope } from './scope.ts'
import { SeededRandom } from './seeded-random.ts'
import { until } from './until.ts'

/** The clock of this machine. */
export const realClock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/** The timers of this process. */
export const realTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs)
    return () => clearInterval(timer)
  },
}

/** How a test reaches Redis: patient, since machines are busy. */
export function makeRedisConfig(url: string, changes: Partial<RedisConfig> = {}): RedisConfig {
  return {
    url,
    topology: 'single',
    others: [],
    sentinelName: 'mymaster',
    keyPrefix: 'weir:',
    lookupTimeoutMs: 5_000,
    chunkTimeoutMs: 5_000,
    ttlJitterRatio: 0,
    compressMinBytes: 16_384,
    fenceMs: 60_000,
    connectTimeoutMs: 2_000,
    breakerFailures: 5,
    breakerOpenMs: 100,
    ...changes,
  }
}

/** A script of `lua/` by its name. */
export function readScript(name: string): Script {
  return script(name, readFileSync(new URL(`../../lua/${name}.lua`, import.meta.url), 'utf8'))
}

/** An edge's second level over a client of its own. */
export function startLevel(t: Scope, url: string, changes: Partial<RedisConfig> = {}) {
  const config = makeRedisConfig(url, changes)
  const log = new RecordingLog()
  const metrics = new RecordingMetrics()
  const random = new SeededRandom(Math.floor(performance.now()))
  const redis = createRedis(config, { clock: realClock, timers: realTimers, random, log })
  t.teardown(() => redis.close())
  const breaker = breakerInARow({ failures: config.breakerFailures, openMs: config.breakerOpenMs })
  const scripts = { put: readScript('cache-put'), remove: readScript('cache-remove') }
  const level = new RedisLevel({ redis, breaker, scripts, config, clock: realClock, random, log, metrics })
  const lookups = (outcome: string) => metrics.value('weir_l2_lookups_total', [outcome])
  const stores = (outcome: string) => metrics.value('weir_l2_stores_total', [outcome])
  return { redis, level, log, lookups, stores }
}

/** The same, once it is connected. */
export async function startReadyLevel(t: Scope, url: string, changes: Partial<RedisConfig> = {}) {
  const started = startLevel(t, url, changes)
  await until(() => started.redis.state() === 'ready', { what: 'the client to be ready' })
  return started
}
