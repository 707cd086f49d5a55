import t from 'tap'
import type { StoredBody } from '../../../edge/cache/envelope.ts'
import { CHUNK_BYTES, chunkCount, RedisBodies } from '../../../edge/cache/redis-bodies.ts'
import { Fields } from '../../../edge/http/fields.ts'
import type { RedisPort } from '../../../edge/redis/redis-port.ts'
import type { Reply } from '../../../edge/redis/reply.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { makeEntry } from './make-entry.ts'

const PLACE = 'weir:e2:{x}'
const IMAGE = Fields.of({ 'content-type': 'image/png' })
const BODY = Uint8Array.from({ length: 40 * CHUNK_BYTES + 7 }, (_, i) => (i * 31) % 251)

/** Bodies over values in memory; `answer` may say otherwise for a key. */
function makeBodies(answer: (key: string, value: Uint8Array | null) => Reply<Uint8Array | null> = (_, value) => ({ ok: true, value })) {
  const clock = new ManualClock()
  const values = new Map<string, Uint8Array>()
  let refused = 0
  const port: Partial<RedisPort> = {
    read: async (key) => answer(key, values.get(key) ?? null),
    async write(key, value) {
      if (refused > 0 && values.size >= refused) return { ok: false, why: 'full' }
      values.set(key, new Uint8Array(value))
      return { ok: true, value: 'OK' }
    },
    async remove(keys) {
      for (const key of keys) values.delete(key)
      return { ok: true, value: keys.length }
    },
  }
  const bodies = new RedisBodies({
    redis: port as RedisPort,
    random: new SeededRandom(5),
    clock,
    compressMinBytes: 0,
    chunkTimeoutMs: 1_000,
  })
  const write = async () => {
    const reply = await bodies.write(PLACE, makeEntry({ body: BODY, fields: IMAGE }), 1_000)
    if (!reply.ok) throw new Error(reply.why)
    return reply.value as StoredBody & { where: 'chunks' }
  }
  const refuseFrom = (count: number) => {
    refused = count
  }
  return { clock, values, bodies, write, refuseFrom }
}

t.test('a short body stays in its envelope, at once', async (t) => {
  const { bodies, values } = makeBodies()
  const body = new Uint8Array(CHUNK_BYTES)
  t.same(bodies.write(PLACE, makeEntry({ body }), 1_000), {
    ok: true,
    value: { where: 'inline', coding: 0, bodyBytes: CHUNK_BYTES, bytes: body },
  })
  t.equal(values.size, 0)
})

t.test('a long one comes back from its chunks', async (t) => {
  const { bodies, values, write } = makeBodies()
  const stored = await write()
  t.equal(values.size, chunkCount(BODY.length))
  const back = await bodies.read(PLACE, stored)
  t.ok(typeof back !== 'string' && Buffer.compare(back, BODY) === 0)
})

t.test('two fills never mix', async (t) => {
  const { bodies, values, write } = makeBodies()
  const [one, two] = [await write(), await write()]
  t.not(one.generation, two.generation)
  t.equal(values.size, 2 * chunkCount(BODY.length))
  await bodies.remove(PLACE, [{ generation: one.generation, count: chunkCount(BODY.length) }])
  t.equal(await bodies.read(PLACE, one), 'corrupt')
  t.ok(typeof (await bodies.read(PLACE, two)) !== 'string')
})

t.test('a chunk that is foreign, cut or swapped makes the whole corrupt', async (t) => {
  for (const spoil of [
    (value: Uint8Array) => value.subarray(1),
    (value: Uint8Array) => new Uint8Array(value.length),
    (value: Uint8Array) => Buffer.concat([value, value]),
    () => null,
  ]) {
    const { bodies, write } = makeBodies((key, value) => ({ ok: true, value: key.endsWith(':33') ? spoil(value!) : value }))
    t.equal(await bodies.read(PLACE, await write()), 'corrupt')
  }
  const { bodies, write } = makeBodies()
  const stored = await write()
  t.equal(await bodies.read(PLACE, { ...stored, checksum: stored.checksum ^ 1 }), 'corrupt')
})

t.test('a Redis that does not answer, or takes too long over all of it, is no body', async (t) => {
  const away = makeBodies((key, value) => (key.endsWith(':3') ? { ok: false, why: 'away' } : { ok: true, value }))
  t.equal(await away.bodies.read(PLACE, await away.write()), 'away')
  const slow = makeBodies((_, value) => {
    slow.clock.advance(100)
    return { ok: true, value }
  })
  t.equal(await slow.bodies.read(PLACE, await slow.write()), 'late')
})

t.test('no more is put together at once than there is room for', async (t) => {
  const { bodies } = makeBodies()
  const huge = {
    where: 'chunks',
    coding: 0,
    bodyBytes: 60_000_000,
    storedBytes: 60_000_000,
    generation: 'a'.repeat(16),
    checksum: 0,
  } as const
  const replies = await Promise.all([bodies.read(PLACE, huge), bodies.read(PLACE, huge)])
  t.same(replies, ['corrupt', 'full'])
  t.equal(await bodies.read(PLACE, huge), 'corrupt', 'and the room is given back')
})

t.test('what was written of a body that could not be written whole is removed', async (t) => {
  const { bodies, values, refuseFrom } = makeBodies()
  refuseFrom(35)
  const reply = await bodies.write(PLACE, makeEntry({ body: BODY, fields: IMAGE }), 1_000)
  t.same(reply, { ok: false, why: 'full' })
  t.equal(values.size, 0)
})
