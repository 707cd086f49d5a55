import { EventEmitter } from 'node:events'
import type { Redis } from 'ioredis'
import t from 'tap'
import { connectionOptions, faultCode, logConnection, replyCode } from '../../../edge/base/redis-connection.ts'
import { redisTarget } from '../../../edge/base/redis-target.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const TARGET = redisTarget('redis://u:secret@127.0.0.1:6380/3')
const refusal = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' })

t.test('nothing waits for a Redis that is away', (t) => {
  const options = connectionOptions(TARGET, { connectTimeoutMs: 500, silenceMs: 2_000 }, new SeededRandom())
  t.match(options, { host: '127.0.0.1', port: 6380, username: 'u', password: 'secret', db: 3, connectTimeout: 500, socketTimeout: 2_000 })
  t.match(options, { enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 })
  t.end()
})

t.test('it is tried again and again, with growing pauses that differ, a second at most', (t) => {
  const { retryStrategy } = connectionOptions(TARGET, { connectTimeoutMs: 500, silenceMs: 2_000 }, new SeededRandom())
  const pauses = Array.from({ length: 200 }, (_, attempt) => Number(retryStrategy(attempt + 1)))
  t.ok(pauses.every((pause) => pause >= 20 && pause <= 1_020))
  t.ok(Math.max(...pauses.slice(0, 2)) < 120)
  t.ok(new Set(pauses.slice(20)).size > 150)
  t.end()
})

t.test('it is told once that Redis went and once that it is back, without a password', (t) => {
  const redis = new EventEmitter()
  const log = new RecordingLog()
  logConnection(redis as unknown as Redis, TARGET, log)
  redis.emit('ready')
  redis.emit('error', Object.assign(new Error('connect secret'), { code: 'ECONNREFUSED' }))
  redis.emit('close')
  redis.emit('close')
  redis.emit('ready')
  t.same(
    log.lines.map(({ event, cause }) => [event, cause]),
    [
      ['redis-ready', undefined],
      ['redis-away', 'ECONNREFUSED'],
      ['redis-ready', undefined],
    ],
  )
  t.notMatch(JSON.stringify(log.lines), /secret/)
  t.end()
})

t.test('who said no, and with which code', (t) => {
  t.equal(replyCode(refusal('NOAUTH Authentication required.')), 'NOAUTH')
  t.equal(replyCode(refusal('what')), 'ERR')
  t.equal(replyCode(new Error('NOAUTH')), null)
  t.equal(faultCode(Object.assign(new Error('x'), { code: 'EPIPE' })), 'EPIPE')
  t.equal(faultCode(new TypeError('x')), 'TypeError')
  t.equal(faultCode('x'), 'unknown')
  t.end()
})
