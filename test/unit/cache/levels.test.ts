import t from 'tap'
import type { Entry } from '../../../edge/cache/entry.ts'
import type { Level, Spot } from '../../../edge/cache/level.ts'
import { Levels, type LookupTerms } from '../../../edge/cache/levels.ts'
import { MemoryLevel } from '../../../edge/cache/memory-level.ts'
import { makeReady } from '../../../edge/cache/ready.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { openFence } from '../../support/open-fence.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

const ANY = Fields.of()
const TERMS: LookupTerms = { nowMs: RECEIVED_AT_MS, promotion: 'promote', maxVariants: 8, spot: null }

/** A level that answers with promises, as Redis does. */
class FarLevel implements Level {
  readonly kept = new Map<string, Entry>()
  gets = 0

  async get(key: string): Promise<Entry | null> {
    this.gets++
    return this.kept.get(key) ?? null
  }

  async put(key: string, entry: Entry): Promise<void> {
    this.kept.set(key, entry)
  }

  async delete(key: string): Promise<void> {
    this.kept.delete(key)
  }
}

function makeLevels() {
  const far = new FarLevel()
  const near = new MemoryLevel(1_000_000)
  return { near, far, levels: new Levels(near, far, openFence()) }
}

t.test('a fresh entry in memory is given at once, and Redis is not asked', async (t) => {
  const { near, far, levels } = makeLevels()
  const entry = makeEntry()
  near.put('a', entry, 8, RECEIVED_AT_MS)
  t.same(levels.lookup('a', ANY, TERMS), { entry, level: 'L1' })
  t.equal(far.gets, 0)
})

t.test('what only Redis has moves into memory', async (t) => {
  const { near, far, levels } = makeLevels()
  const entry = makeEntry()
  far.kept.set('a', entry)
  t.same(await levels.lookup('a', ANY, TERMS), { entry, level: 'L2' })
  t.equal(near.get('a', ANY, RECEIVED_AT_MS, 'leave'), entry)
})

t.test('what a crawler finds in Redis stays there', async (t) => {
  const { near, far, levels } = makeLevels()
  far.kept.set('a', makeEntry())
  t.match(await levels.lookup('a', ANY, { ...TERMS, promotion: 'leave' }), { level: 'L2' })
  t.equal(near.stats().entries, 0)
})

t.test('for a stale entry Redis is asked for a newer one', async (t) => {
  const { near, far, levels } = makeLevels()
  const stale = makeEntry({ lifetimeMs: 0 })
  near.put('a', stale, 8, RECEIVED_AT_MS)
  t.same(await levels.lookup('a', ANY, TERMS), { entry: stale, level: 'L1' }, 'it has none')
  far.kept.set('a', makeEntry({ lifetimeMs: 0 }))
  t.same(await levels.lookup('a', ANY, TERMS), { entry: stale, level: 'L1' }, 'it has the same')
  const newer = makeEntry({ receivedAtMs: RECEIVED_AT_MS + 1 })
  far.kept.set('a', newer)
  t.same(await levels.lookup('a', ANY, TERMS), { entry: newer, level: 'L2' })
  t.same(levels.lookup('a', ANY, TERMS), { entry: newer, level: 'L1' }, 'and then memory has it')
})

t.test('a miss in both is a miss', async (t) => {
  t.equal(await makeLevels().levels.lookup('a', ANY, TERMS), null)
})

t.test('without Redis everything is answered at once', async (t) => {
  const levels = new Levels(new MemoryLevel(1_000_000), null, openFence())
  t.equal(levels.lookup('a', ANY, TERMS), null)
  const stale = makeEntry({ lifetimeMs: 0 })
  t.equal(levels.store('a', stale, { nowMs: RECEIVED_AT_MS, into: 'both', maxVariants: 8 }), undefined)
  t.same(levels.lookup('a', ANY, TERMS), { entry: stale, level: 'L1' })
})

t.test('an entry goes into both levels, or into Redis only', async (t) => {
  const { near, far, levels } = makeLevels()
  const terms = { nowMs: RECEIVED_AT_MS, maxVariants: 8 }
  await levels.store('a', makeEntry(), { ...terms, into: 'both' })
  await levels.store('b', makeEntry(), { ...terms, into: 'l2-only' })
  t.same([...far.kept.keys()], ['a', 'b'])
  t.equal(near.stats().entries, 1)
})

t.test('a key is dropped from both levels', async (t) => {
  const { near, far, levels } = makeLevels()
  await levels.store('a', makeEntry(), { nowMs: RECEIVED_AT_MS, maxVariants: 8, into: 'both' })
  await levels.delete('a')
  t.same([near.stats().entries, far.kept.size], [0, 0])
})

t.test('what stands ready in memory passes the fence, or it has to be looked up', async (t) => {
  const fence = openFence()
  const near = new MemoryLevel(1_000_000)
  const levels = new Levels(near, null, fence)
  const spot: Spot = { held: null, far: null }
  const entry = makeEntry()
  near.put('a', entry, 8, RECEIVED_AT_MS)
  const lookUp = () => levels.lookup('a', ANY, { ...TERMS, spot })
  void lookUp()
  makeReady(entry, { lines: Fields.of().shared, body: null }, RECEIVED_AT_MS)
  void lookUp()
  t.equal(levels.ready(spot, RECEIVED_AT_MS, 'promote')?.of, entry)
  fence.purgeHere([{ by: 'url', url: 'b', mode: 'hard', againAfterMs: 0 }], RECEIVED_AT_MS)
  t.equal(levels.ready(spot, RECEIVED_AT_MS, 'promote'), null, 'not judged by what was purged since')
  t.match(lookUp(), { entry }, 'though nothing of that reaches it')
})

t.test('a body is lent to who asks for that alone', async (t) => {
  const asked: unknown[] = []
  const far: Level = { get: (...args) => (asked.push(args[5]), null), put() {}, delete() {} }
  const levels = new Levels(new MemoryLevel(0), far, openFence())
  void levels.lookup('a', ANY, TERMS)
  void levels.lookup('a', ANY, { ...TERMS, body: 'lend' })
  t.same(asked, [undefined, 'lend'])
})
