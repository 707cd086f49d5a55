import { Redis } from 'ioredis'
import t from 'tap'
import type { Entry } from '../../edge/cache/entry.ts'
import { type Chunks, dateText, RECORD_LENGTH, recordOf, seqText, variantId, varyText } from '../../edge/cache/redis-place.ts'
import { variantOf } from '../../edge/cache/variant.ts'
import { Fields } from '../../edge/http/fields.ts'
import { startRedis } from '../support/redis.ts'
import type { Scope } from '../support/scope.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { readScript } from '../support/shared-level.ts'
import { makeEntry, RECEIVED_AT_MS } from '../unit/cache/make-entry.ts'

const PUT = readScript('cache-put')
const REMOVE = readScript('cache-remove')
const KEY = 'weir:e2:{x}'
const FENCE_MS = 60_000

interface PutTerms {
  readonly chunks?: Chunks
  readonly maxVariants?: number
  readonly keepMs?: number
}

async function startScripts(t: Scope) {
  const { port } = await startRedis(t)
  const redis = new Redis(port, '127.0.0.1')
  t.teardown(() => redis.disconnect())
  const put = (entry: Entry, { chunks, maxVariants = 8, keepMs = 60_000 }: PutTerms = {}) => {
    const envelope = Buffer.from(entry.body)
    const began = dateText(entry.requestedAtMs)
    return redis.eval(PUT.text, 1, KEY, varyText(entry.varyNames), recordOf(entry, chunks ?? null), began, envelope, maxVariants, keepMs)
  }
  const remove = (fillSeq: number, atMs = 0) => redis.eval(REMOVE.text, 1, KEY, seqText(fillSeq), dateText(atMs), FENCE_MS)
  const bodyOf = (variant = '') => redis.hget(KEY, variantId(variant))
  return { redis, put, remove, bodyOf }
}

function named(body: string, changes: Partial<Entry> = {}): Entry {
  return makeEntry({ body: Buffer.from(body), ...changes })
}

function inLanguage(language: string, changes: Partial<Entry> = {}): Entry {
  const varyNames = ['accept-language']
  return named(language, { varyNames, variant: variantOf(varyNames, Fields.of({ 'accept-language': language })), ...changes })
}

t.test('an older answer does not take the place of a newer one', async (t) => {
  const { put, bodyOf } = await startScripts(t)
  t.same(await put(named('newer', { receivedAtMs: RECEIVED_AT_MS + 2_000 })), [1, '0'.repeat(20)].slice(0, 1))
  t.same(await put(named('older')), [0])
  t.equal(await bodyOf(), 'newer')
  t.same(await put(named('knows a purge', { fillSeq: 1 })), [1, '0'.repeat(20)])
  t.same(await put(named('newer', { receivedAtMs: RECEIVED_AT_MS + 2_000 })), [0])
  t.equal(await bodyOf(), 'knows a purge')
})

t.test('the same answer may be written again', async (t) => {
  const { put } = await startScripts(t)
  await put(named('one'))
  t.equal(((await put(named('one'))) as unknown[])[0], 1)
})

t.test('an older answer of another Vary does not push out the variants that are kept', async (t) => {
  const { put, bodyOf } = await startScripts(t)
  await put(inLanguage('de'))
  t.same(await put(named('older', { receivedAtMs: RECEIVED_AT_MS - 5_000 })), [0])
  t.equal(await bodyOf(inLanguage('de').variant), 'de')
  await put(named('newer', { receivedAtMs: RECEIVED_AT_MS + 5_000 }))
  t.same([await bodyOf(), await bodyOf(inLanguage('de').variant)], ['newer', null])
})

t.test('the chunks of what is dropped are told', async (t) => {
  const { put, remove } = await startScripts(t)
  const chunks = (digit: string): Chunks => ({ generation: digit.repeat(16), count: 12 })
  const told = (digit: string) => `${digit.repeat(16)}0012`
  await put(inLanguage('de'), { chunks: chunks('1'), maxVariants: 2 })
  t.same(await put(inLanguage('de'), { chunks: chunks('2'), maxVariants: 2 }), [1, told('1')])
  await put(inLanguage('fr'), { chunks: chunks('3'), maxVariants: 2 })
  t.same(await put(inLanguage('it'), { chunks: chunks('4'), maxVariants: 2 }), [2, told('2')], 'the oldest gave way')
  t.same(await remove(1), [2, told('3'), told('4')])
})

t.test('what a purge removed does not come back from a fill that began before it', async (t) => {
  const { redis, put, remove, bodyOf } = await startScripts(t)
  await put(named('old', { fillSeq: 6 }))
  t.same(await remove(7), [1, '0'.repeat(20)])
  t.equal(await bodyOf(), null)
  t.same(await put(named('late', { fillSeq: 6, receivedAtMs: RECEIVED_AT_MS + 99_000 })), [0])
  t.same(await put(named('new', { fillSeq: 7 })), [1])
  t.same(await remove(7), [0], 'a purge that is repeated leaves what knew it')
  t.equal(await bodyOf(), 'new')
  t.same(await remove(6), [0])
  t.same(await put(named('late', { fillSeq: 6 })), [0], 'nor does an older purge open the fence')
  t.ok((await redis.pttl(KEY)) > FENCE_MS - 30_000)
})

t.test('what was removed at a moment does not come back from a fill that began before it', async (t) => {
  const { put, remove, bodyOf } = await startScripts(t)
  await put(named('old', { fillSeq: 9 }))
  t.same(await remove(0, RECEIVED_AT_MS), [1, '0'.repeat(20)])
  t.same(await put(named('late', { requestedAtMs: RECEIVED_AT_MS - 1, receivedAtMs: RECEIVED_AT_MS + 9_000, fillSeq: 9 })), [0])
  t.same(await put(named('new', { requestedAtMs: RECEIVED_AT_MS })), [1])
  t.equal(await bodyOf(), 'new')
})

t.test('a key of another type or form is replaced', async (t) => {
  const { redis, put, remove, bodyOf } = await startScripts(t)
  for (const spoil of [() => redis.set(KEY, 'text'), () => redis.hset(KEY, 'v', 'x', 'o', 'y'.repeat(RECORD_LENGTH + 1))]) {
    await redis.del(KEY)
    await spoil()
    t.same(await put(named('new')), [1])
    t.equal(await bodyOf(), 'new')
    await redis.del(KEY)
    await spoil()
    t.same(await remove(3), [0])
    t.same(await put(named('late', { fillSeq: 2 })), [0])
  }
})

t.test('in whatever order writers and purges come, the newest that knows the last purge is what stays', async (t) => {
  const { redis, put, remove, bodyOf } = await startScripts(t)
  const random = new SeededRandom(20_261)
  for (let round = 0; round < 150; round++) {
    await redis.del(KEY)
    const entries = Array.from({ length: random.integer(1, 6) }, (_, i) => {
      const receivedAtMs = RECEIVED_AT_MS + random.integer(0, 5) * 700
      return named(`entry ${i}`, { receivedAtMs, ageOnReceiptMs: random.pick([0, 0, 2_000]), fillSeq: random.integer(0, 3) })
    })
    const purges = Array.from({ length: random.integer(0, 2) }, () => random.integer(1, 3))
    const steps = [...entries.map((entry) => () => put(entry)), ...purges.map((seq) => () => remove(seq))]
    for (let i = steps.length - 1; i > 0; i--) {
      const j = random.integer(0, i)
      ;[steps[i], steps[j]] = [steps[j]!, steps[i]!]
    }
    for (const step of steps) await step()
    const lastPurge = Math.max(0, ...purges)
    const allowed = entries.filter(({ fillSeq }) => fillSeq >= lastPurge).map((entry) => [recordOf(entry, null), entry] as const)
    const newest = allowed
      .map(([record]) => record)
      .sort()
      .at(-1)
    const seen = await bodyOf()
    const expected = allowed.filter(([record]) => record === newest).map(([, entry]) => Buffer.from(entry.body).toString())
    if (seen === null ? expected.length > 0 : !expected.includes(seen))
      t.fail(`round ${round}: ${seen} stayed, not ${expected.join(' or ')}`)
  }
})
