import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { redisTarget } from '../../../edge/base/redis-target.ts'

t.test('a URL says where, as whom, and which database', async (t) => {
  t.same(redisTarget('redis://cache.example'), {
    host: 'cache.example',
    port: 6379,
    username: null,
    password: null,
    database: 0,
    security: 'plain',
  })
  t.same(redisTarget('rediss://weir:p%40ss@[::1]:6380/3'), {
    host: '::1',
    port: 6380,
    username: 'weir',
    password: 'p@ss',
    database: 3,
    security: 'tls',
  })
  t.match(redisTarget('redis://:100%25@h/'), { username: null, password: '100%', database: 0 })
})

t.test('a lone percent sign in a password stands for itself', async (t) => {
  t.equal(redisTarget('redis://:50%off@h').password, '50%off')
})

t.test('what is no such URL is refused, without telling the password', async (t) => {
  for (const url of [
    'redis://',
    'redis://:secret@',
    'redis://:secret@h:99999',
    'redis://:secret@h/x',
    'redis://:secret@h/0?offlineQueue=true',
    'secret',
  ]) {
    try {
      redisTarget(url)
      t.fail(url)
    } catch (cause) {
      t.ok(cause instanceof EdgeError && cause.code === 'CONFIG_INVALID', url)
      t.notMatch(JSON.stringify(cause) + String(cause), 'secret')
    }
  }
})
