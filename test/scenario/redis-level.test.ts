import { createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import t from 'tap'
import type { Entry } from '../../edge/cache/entry.ts'
import { placeOf, variantId } from '../../edge/cache/redis-place.ts'
import { variantOf } from '../../edge/cache/variant.ts'
import { Fields } from '../../edge/http/fields.ts'
import { HashAsk } from '../../edge/redis/hash-ask.ts'
import type { Reply } from '../../edge/redis/reply.ts'
import { startRedis } from '../support/redis.ts'
import type { Scope } from '../support/scope.ts'
import { readScript, startLevel, startReadyLevel } from '../support/shared-level.ts'
import { until } from '../support/until.ts'
import { makeEntry } from '../unit/cache/make-entry.ts'

const KEY = 'https://shop.example/p/1'
const PLACE = placeOf('weir:', KEY)
const ANY = Fields.of()

/** Sends raw commands, to look at or spoil what the edge keeps. */
function startShell(t: Scope, port: number): Redis {
  const shell = new Redis(port, '127.0.0.1')
  t.teardown(() => shell.disconnect())
  return shell
}

function lasting(changes: Partial<Entry> = {}): Entry {
  const nowMs = Date.now()
  return makeEntry({ requestedAtMs: nowMs, receivedAtMs: nowMs, keepUntilMs: nowMs + 600_000, ...changes })
}

function variant(language: string): Entry {
  const varyNames = ['accept-language']
  return lasting({ varyNames, variant: variantOf(varyNames, asking(language)), body: new TextEncoder().encode(language) })
}

function asking(language: string): Fields {
  return Fields.of({ 'accept-language': language })
}

t.test('what one edge stores another finds, every byte of it', async (t) => {
  const { url } = await startRedis(t)
  const [one, two] = await Promise.all([startReadyLevel(t, url), startReadyLevel(t, url)])
  const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i)
  const large = Uint8Array.from({ length: 1_048_577 }, (_, i) => (i * 31) % 251)
  for (const [key, body] of [
    ['bytes', everyByte],
    ['large', large],
    ['empty', new Uint8Array(0)],
  ] as const) {
    const entry = lasting({ body, tags: ['a'], fillSeq: 9 })
    await one.level.put(key, entry, 8, Date.now())
    const found = await two.level.get(key, ANY, Date.now())
    t.ok(found && Buffer.compare(found.body, body) === 0, `${key}: the body is the same`)
    t.same({ ...found, body: null, fields: found?.fields.toRaw() }, { ...entry, body: null, fields: entry.fields.toRaw() })
  }
  t.same([one.stores('stored'), two.lookups('hit')], [3, 3])
})

t.test('a body of 20 MB passes through Redis in chunks, and without one of them it is a miss', async (t) => {
  const { url, port } = await startRedis(t)
  const [one, two] = await Promise.all([startReadyLevel(t, url), startReadyLevel(t, url)])
  const shell = startShell(t, port)
  const body = Uint8Array.from({ length: 20_000_000 }, (_, i) => (i * 31) % 251)
  const fields = Fields.of({ 'content-type': 'video/mp4' })
  await one.level.put(KEY, lasting({ body, fields }), 8, Date.now())
  const found = await two.level.get(KEY, ANY, Date.now())
  t.ok(found && Buffer.compare(found.body, body) === 0, 'every byte of it')

  const chunks = (await shell.keys(`${PLACE}:*`)).sort()
  t.equal(chunks.length, Math.ceil(20_000_000 / 98_304))
  t.ok((await shell.pttl(chunks[0]!)) > 500_000)
  const foreign = await shell.getBuffer(chunks[3]!)
  await shell.set(chunks[4]!, foreign!, 'KEEPTTL')
  t.equal(await two.level.get(KEY, ANY, Date.now()), null)
  await one.level.put(KEY, lasting({ body, fields }), 8, Date.now())
  t.ok(await two.level.get(KEY, ANY, Date.now()), 'the next store mends it')
  await shell.unlink(...(await shell.keys(`${PLACE}:*`)).slice(0, 1))
  t.equal(await two.level.get(KEY, ANY, Date.now()), null)
  t.same([two.lookups('hit'), two.lookups('corrupt'), two.stores('removed')], [2, 2, 0])

  await one.level.delete(KEY)
  t.same(await shell.keys(`${PLACE}:*`), [], 'with the entry go its chunks')
})

t.test('variants are kept side by side, bounded, until Vary changes', async (t) => {
  const { url } = await startRedis(t)
  const [one, two] = await Promise.all([startReadyLevel(t, url), startReadyLevel(t, url)])
  const found = async (language: string) => {
    const entry = await two.level.get(KEY, asking(language), Date.now())
    return entry && Buffer.from(entry.body).toString()
  }
  for (const language of ['de', 'fr', 'de', 'it']) await one.level.put(KEY, variant(language), 2, Date.now())
  t.same(await Promise.all(['de', 'fr', 'it'].map(found)), ['de', null, 'it'], 'the oldest gave way, and de was renewed')

  await one.level.put(KEY, lasting(), 2, Date.now())
  t.equal(await found('de'), 'hello')
})

t.test('a URL lives in Redis as long as its longest-lived variant, and no longer', async (t) => {
  const { url, port } = await startRedis(t)
  const { level } = await startReadyLevel(t, url)
  const shell = startShell(t, port)
  const nowMs = Date.now()
  await level.put(KEY, { ...variant('de'), keepUntilMs: nowMs + 600_000 }, 8, nowMs)
  await level.put(KEY, { ...variant('fr'), keepUntilMs: nowMs + 5_000 }, 8, nowMs)
  t.ok((await shell.pttl(PLACE)) > 500_000)
  await level.put(KEY, { ...variant('it'), keepUntilMs: nowMs + 900_000 }, 8, nowMs)
  t.ok((await shell.pttl(PLACE)) > 800_000)
  await level.delete(KEY)
  t.same(await shell.hkeys(PLACE), ['t'], 'only the fence is left')
})

t.test('a spoiled value and a key of another type are misses, and the next store mends them', async (t) => {
  const { url, port } = await startRedis(t)
  const { level, lookups, stores } = await startReadyLevel(t, url)
  const shell = startShell(t, port)
  await level.put(KEY, lasting(), 8, Date.now())
  await shell.hset(PLACE, variantId(''), 'garbage')
  t.equal(await level.get(KEY, ANY, Date.now()), null)
  await shell.set(PLACE, 'a string')
  t.equal(await level.get(KEY, ANY, Date.now()), null)
  t.same([lookups('corrupt'), lookups('refused')], [1, 1])

  await level.put(KEY, lasting(), 8, Date.now())
  t.ok(await level.get(KEY, ANY, Date.now()))
  t.equal(stores('stored'), 2)
})

t.test('a script that Redis forgot is brought again', async (t) => {
  const { url, port } = await startRedis(t)
  const { level, stores } = await startReadyLevel(t, url)
  const shell = startShell(t, port)
  for (let i = 0; i < 2; i++) {
    await shell.script('FLUSH')
    await level.put(KEY, lasting(), 8, Date.now())
  }
  t.equal(stores('stored'), 2)
})

t.test('when Redis dies under load every lookup is a miss in time, and when it is back it is used again', async (t) => {
  const redis = await startRedis(t)
  const { level, log, lookups } = await startReadyLevel(t, redis.url)
  await level.put(KEY, lasting(), 8, Date.now())
  t.ok(await level.get(KEY, ANY, Date.now()))

  const running = Array.from({ length: 50 }, () => level.get(KEY, ANY, Date.now()))
  const killed = redis.kill()
  let slowestMs = 0
  for (let i = 0; i < 200; i++) {
    const startMs = performance.now()
    await level.get(KEY, ANY, Date.now())
    slowestMs = Math.max(slowestMs, performance.now() - startMs)
  }
  await Promise.all([...running, killed])
  t.ok(slowestMs < 4_000, `slowest ${slowestMs} ms: less than its budget, though nobody came back`)
  t.equal(await level.get(KEY, ANY, Date.now()), null)
  await level.put(KEY, lasting(), 8, Date.now())
  t.ok(lookups('away') + lookups('spared') > 0)
  await until(() => log.of('redis-away').length === 1, { what: 'one line about it' })

  await redis.restart()
  await until(
    async () => {
      await level.put(KEY, lasting(), 8, Date.now())
      return level.get(KEY, ANY, Date.now())
    },
    { what: 'a hit after the restart' },
  )
  t.same([log.of('redis-away').length, log.of('redis-ready').length], [1, 2])
})

t.test('a Redis that takes connections and says nothing costs each lookup its budget at most', async (t) => {
  const redis = await startRedis(t)
  const { level, lookups } = await startReadyLevel(t, redis.url, { lookupTimeoutMs: 100, breakerOpenMs: 600_000 })
  redis.pause()
  t.teardown(() => redis.resume())
  const startMs = performance.now()
  const found = await Promise.all(Array.from({ length: 100 }, () => level.get(KEY, ANY, Date.now())))
  const tookMs = performance.now() - startMs
  t.ok(
    found.every((entry) => entry === null),
    'all are misses',
  )
  t.equal(lookups('late'), 100)
  t.ok(tookMs < 5_000, `all within one budget, not one after the other: ${tookMs} ms`)
  t.equal(level.get(KEY, ANY, Date.now()), null, 'and then Redis is left alone')
  t.equal(lookups('spared'), 1)
})

t.test('what is unanswered is bounded, in number and in bytes', async (t) => {
  const redis = await startRedis(t)
  const { redis: client } = await startReadyLevel(t, redis.url, { lookupTimeoutMs: 100 })
  redis.pause()
  t.teardown(() => redis.resume())
  const put = (bytes: number) => client.run(readScript('cache-put'), PLACE, ['', 'x'.repeat(94), '', Buffer.alloc(bytes), 8, 1_000])
  const large = [put(10_000_000), put(10_000_000)]
  t.same(await large[1], { ok: false, why: 'full' }, 'a second large write is refused without being sent')
  const asked = (): Promise<Reply<unknown>> => new Promise((done) => client.hashGet(new HashAsk(PLACE, ['v']), done))
  const many = await Promise.all(Array.from({ length: 1_100 }, asked))
  const count = (why: string) => many.filter((reply) => !reply.ok && reply.why === why).length
  t.same([count('late'), count('full')], [1_023, 77])
  t.same(await large[0], { ok: false, why: 'late' })
})

t.test('an edge starts without Redis, and uses it once it is there', async (t) => {
  const redis = await startRedis(t)
  await redis.kill()
  const { redis: client, level, log } = startLevel(t, redis.url)
  t.equal(await level.get(KEY, ANY, Date.now()), null)
  await until(() => log.of('redis-away').length === 1, { what: 'one line about it' })
  t.match(log.of('redis-away')[0], { at: `127.0.0.1:${redis.port}`, cause: 'ECONNREFUSED' })
  await redis.restart()
  await until(() => client.state() === 'ready', { what: 'the client to be ready' })
  t.match(await client.ping(), { ok: true })
})

t.test('a wrong password is a miss and a line, and the password is in neither', async (t) => {
  const redis = await startRedis(t)
  const shell = startShell(t, redis.port)
  await shell.config('SET', 'requirepass', 'right-secret')
  const { level, log } = startLevel(t, redis.url.replace('redis://', 'redis://:wrong-secret@'))
  await until(() => log.of('redis-away').length === 1, { what: 'one line about it' })
  t.equal(await level.get(KEY, ANY, Date.now()), null)
  t.match(log.of('redis-away')[0], { cause: 'WRONGPASS' })
  t.notMatch(JSON.stringify(log.lines), 'secret')

  const right = await startReadyLevel(t, redis.url.replace('redis://', 'redis://:right-secret@'))
  await right.level.put(KEY, lasting(), 8, Date.now())
  t.ok(await right.level.get(KEY, ANY, Date.now()))
})

t.test('a peer that is no Redis does no harm', async (t) => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { level, log } = startLevel(t, `redis://127.0.0.1:${port}`)
  await until(() => log.of('redis-away').length > 0, { what: 'a line about it' })
  t.equal(await level.get(KEY, ANY, Date.now()), null)
})
