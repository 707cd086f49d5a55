import { Redis } from 'ioredis'
import t from 'tap'
import { HashAsk } from '../../../edge/redis/hash-ask.ts'
import { type Sender, sendLean } from '../../../edge/redis/lean-command.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

interface Sent {
  toWritable(stream: unknown): string
  resolve(value: unknown): void
  reject(fault: Error): void
  getSlot(): number | null
}

/** What would have been sent, as the client library sees it. */
function sentBy(send: (sender: Sender) => void): Sent {
  const seen: unknown[] = []
  send({ sendCommand: (command: unknown) => seen.push(command) } as unknown as Sender)
  return seen[0] as Sent
}

const STREAM = { writableCorked: 1, cork() {}, uncork() {} }

t.test('it is written as RESP, with the length of each part', async (t) => {
  const sent = sentBy((sender) => sendLean(sender, new HashAsk('key', ['v', '']), () => {}))
  t.equal(sent.toWritable(STREAM), '*4\r\n$5\r\nHMGET\r\n$3\r\nkey\r\n$1\r\nv\r\n$0\r\n\r\n')
})

t.test('its outcome is told once', async (t) => {
  const told: unknown[] = []
  const sent = sentBy((sender) => sendLean(sender, new HashAsk('key', ['v']), (fault, value) => told.push([fault?.message, value])))
  sent.resolve('value')
  sent.resolve('again')
  sent.reject(new Error('late'))
  t.same(told, [[undefined, 'value']])
})

t.test('in a cluster it goes where its key is, by the part in braces', async (t) => {
  const slotOf = (key: string) => sentBy((sender) => sendLean(sender, new HashAsk(key, ['v']), () => {})).getSlot()
  t.equal(slotOf('foo'), 12_182)
  t.equal(slotOf('weir:e2:{foo}:abc:1'), 12_182)
})

t.test('a real Redis answers it in bytes, refuses it by name, and those in flight end with the connection', async (t) => {
  const server = await startRedis(t)
  const redis = new Redis({ port: server.port, host: '127.0.0.1', protocol: 2, enableOfflineQueue: false, maxRetriesPerRequest: 0 })
  redis.on('error', () => {})
  t.teardown(() => redis.disconnect())
  await until(() => redis.status === 'ready', { what: 'the connection' })
  const send = (key: string, ...fields: string[]) =>
    new Promise<unknown>((resolve) => sendLean(redis, new HashAsk(key, fields), (fault, value) => resolve(fault ?? value)))

  await redis.set('value', '1')
  await redis.hset('hash', 'a', Buffer.from([0xff, 0, 0x0d, 0x0a]))
  const [values, missing, ordinary, refused] = await Promise.all([
    send('hash', 'a', 'b'),
    send('nothing', 'a'),
    redis.hget('hash', 'none'),
    send('value', 'a'),
  ])
  t.same(values, [Buffer.from([0xff, 0, 0x0d, 0x0a]), null])
  t.same([missing, ordinary], [[null], null], 'in order, beside commands of the library')
  t.match(refused, { name: 'ReplyError', message: /^WRONGTYPE/ })

  server.pause()
  const hanging = Array.from({ length: 20 }, () => send('hash', 'a'))
  redis.disconnect(true)
  server.resume()
  const ends = await Promise.all(hanging)
  t.ok(
    ends.every((end) => end instanceof Error || Array.isArray(end)),
    'each is told',
  )
})
