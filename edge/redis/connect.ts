// The three ways Redis is run: one server; a cluster, whose nodes share the keys; servers behind sentinels, who say which one is the master.

import { Cluster, Redis } from 'ioredis'
import type { Random } from '../base/ports.ts'
import { connectionOptions } from '../base/redis-connection.ts'
import type { RedisTarget } from '../base/redis-target.ts'
import type { RedisConfig } from '../contract/redis.ts'

// Unanswered for so long, a connection is dead though nobody closed it, and a new one is made.
const SILENCE_MS = 2_000
// How often a command follows keys that move to another node, or waits for a new master, before it fails.
const MAX_REDIRECTIONS = 4
const RETRY_DELAY_MS = 100
// Who owns which keys is asked anew this often: a replica that took over is found also when no command runs into it.
const SLOTS_REFRESH_MS = 5_000

/** A client of one server (also of the master that sentinels name), or of a cluster. */
export type RedisConnection = Redis | Cluster

interface Address {
  readonly host: string
  readonly port: number
}

/** Connects as `topology` says, and stays connected. Never throws because Redis is away. */
export function connectRedis(config: RedisConfig, target: RedisTarget, random: Random): RedisConnection {
  const options = connectionOptions(target, { connectTimeoutMs: config.connectTimeoutMs, silenceMs: SILENCE_MS }, random)
  const nodes = [{ host: target.host, port: target.port }, ...config.others.map(addressOf)]
  const { host: _host, port: _port, ...server } = options
  if (config.topology === 'cluster') return clusterOf(nodes, server)
  // A master of yesterday closes its connections, falls silent or refuses to write. After each of the three the sentinels are asked anew.
  const reconnectOnError = (fault: Error) => fault.message.startsWith('READONLY')
  if (config.topology === 'single') return new Redis({ ...options, reconnectOnError })
  return new Redis({
    ...server,
    reconnectOnError,
    sentinels: nodes,
    name: config.sentinelName,
    ...(config.sentinelPassword === undefined ? {} : { sentinelPassword: config.sentinelPassword }),
    ...(target.security === 'tls' ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
    sentinelRetryStrategy: options.retryStrategy,
  })
}

function clusterOf(nodes: Address[], server: Omit<ReturnType<typeof connectionOptions>, 'host' | 'port'>): Cluster {
  const { retryStrategy, enableOfflineQueue, ...redisOptions } = server
  return new Cluster(nodes, {
    redisOptions,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    maxRedirections: MAX_REDIRECTIONS,
    retryDelayOnFailover: RETRY_DELAY_MS,
    retryDelayOnClusterDown: RETRY_DELAY_MS,
    retryDelayOnTryAgain: RETRY_DELAY_MS,
    slotsRefreshTimeout: server.connectTimeout,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
  })
}

/** `host:port` or `[IPv6]:port` in its parts; the port was counted and looked at when the bootstrap was read. */
function addressOf(text: string): Address {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(colon + 1)) }
}
