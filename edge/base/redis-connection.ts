// How Weir holds a connection to Redis, whatever it does there: it fails at once when Redis is away, and comes back by itself.

import type { Cluster, Redis, RedisOptions } from 'ioredis'
import type { Log, Random } from './ports.ts'
import type { RedisTarget } from './redis-target.ts'

const FIRST_RECONNECT_MS = 20
const MAX_RECONNECT_MS = 1_000

/** Times of a connection, in ms. */
export interface ConnectionTimes {
  /** Until it stands. */
  readonly connectTimeoutMs: number
  /** Unanswered for so long, it is dead though nobody closed it, and a new one is made. */
  readonly silenceMs: number
}

/** What the client library is told. Its defaults suit a job queue: it would hold commands back while Redis is away, and send them again. */
export function connectionOptions(target: RedisTarget, times: ConnectionTimes, random: Random) {
  return {
    host: target.host,
    port: target.port,
    ...(target.username === null ? {} : { username: target.username }),
    ...(target.password === null ? {} : { password: target.password }),
    ...(target.security === 'tls' ? { tls: {} } : {}),
    db: target.database,
    protocol: 2,
    connectTimeout: times.connectTimeoutMs,
    socketTimeout: times.silenceMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // 0: what is unanswered when a connection ends fails at once, and is not kept for the next one.
    maxRetriesPerRequest: 0,
    enableAutoPipelining: false,
    disableClientInfo: true,
    // Full jitter: a fleet that lost its Redis together must not come back to it in step.
    retryStrategy: (attempt: number) =>
      FIRST_RECONNECT_MS + random.next() * Math.min(MAX_RECONNECT_MS, FIRST_RECONNECT_MS * 2 ** Math.min(attempt, 16)),
  } satisfies RedisOptions
}

/** One line when Redis goes and one when it is back, however often connecting fails between. */
export function logConnection(redis: Redis | Cluster, target: RedisTarget, log: Log): void {
  let told: 'nothing' | 'ready' | 'away' = 'nothing'
  let lastFault = 'closed'
  const at = `${target.host}:${target.port}`
  redis.on('error', (cause: unknown) => {
    // Of an error, only its code: a failed AUTH carries its arguments with it.
    lastFault = replyCode(cause) ?? faultCode(cause)
  })
  redis.on('ready', () => {
    told = 'ready'
    lastFault = 'closed'
    log.info({ event: 'redis-ready', at })
  })
  redis.on('close', () => {
    if (told === 'away') return
    told = 'away'
    log.warn({ event: 'redis-away', at, cause: lastFault })
  })
}

/** The code that Redis refused with, such as WRONGTYPE; null when it was not Redis that said no. */
export function replyCode(cause: unknown): string | null {
  if (!(cause instanceof Error) || cause.name !== 'ReplyError') return null
  return /^[A-Z]+/.exec(cause.message)?.[0] ?? 'ERR'
}

/** The code of a fault that Redis did not send, such as ECONNREFUSED. Never its message, which may carry a password. */
export function faultCode(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.name : 'unknown'
}
