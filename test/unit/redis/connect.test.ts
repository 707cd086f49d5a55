import { Cluster, Redis } from 'ioredis'
import t from 'tap'
import { redisTarget } from '../../../edge/base/redis-target.ts'
import type { RedisConfig } from '../../../edge/contract/redis.ts'
import { connectRedis } from '../../../edge/redis/connect.ts'
import type { Scope } from '../../support/scope.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { makeRedisConfig } from '../../support/shared-level.ts'

// That the three work is shown with real servers in test/scenario/redis-level, redis-cluster and redis-sentinel.

function connected(t: Scope, url: string, changes: Partial<RedisConfig> = {}) {
  const connection = connectRedis(makeRedisConfig(url, changes), redisTarget(url), new SeededRandom())
  connection.on('error', () => {})
  t.teardown(() => connection.disconnect())
  return connection
}

t.test('one server is one connection, to where the URL says', async (t) => {
  const connection = connected(t, 'redis://user:secret@127.0.0.1:1/2')
  t.ok(connection instanceof Redis)
  t.match(connection.options, { host: '127.0.0.1', port: 1, db: 2, username: 'user', password: 'secret', enableOfflineQueue: false })
})

t.test('sentinels are asked in turn, with a password of their own', async (t) => {
  const changes = {
    topology: 'sentinel',
    others: ['[::1]:2', 'sentinel.example:3'],
    sentinelName: 'cache',
    sentinelPassword: 'other',
  } as const
  const connection = connected(t, 'rediss://:secret@127.0.0.1:1', { ...changes, others: [...changes.others] })
  const nodes = [
    { host: '127.0.0.1', port: 1 },
    { host: '::1', port: 2 },
    { host: 'sentinel.example', port: 3 },
  ]
  t.match(connection.options, {
    sentinels: nodes,
    name: 'cache',
    password: 'secret',
    sentinelPassword: 'other',
    enableTLSForSentinelMode: true,
  })
})

t.test('nodes of a cluster are reached as the one of the URL, and nothing is queued for them', async (t) => {
  const connection = connected(t, 'redis://:secret@127.0.0.1:1', { topology: 'cluster', others: ['127.0.0.1:2'] })
  t.ok(connection instanceof Cluster)
  t.match(connection.options, { enableOfflineQueue: false, redisOptions: { password: 'secret', maxRetriesPerRequest: 0 } })
})
