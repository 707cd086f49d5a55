import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import type { Entry } from '../../../edge/cache/entry.ts'
import { entryBytes, textBytes } from '../../../edge/cache/entry.ts'
import type { Spot } from '../../../edge/cache/level.ts'
import { MemoryLevel } from '../../../edge/cache/memory-level.ts'
import { variantOf } from '../../../edge/cache/variant.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

const NOW = RECEIVED_AT_MS
const ANY = Fields.of()
const ROOM = 1_000_000

function variantEntry(language: string, changes: Partial<Entry> = {}): Entry {
  const varyNames = ['accept-language']
  return makeEntry({ varyNames, variant: variantOf(varyNames, asking(language)), body: Buffer.from(language), ...changes })
}

function asking(language: string): Fields {
  return Fields.of({ 'accept-language': language })
}

t.test('what was put is found, and nothing else', async (t) => {
  const level = new MemoryLevel(ROOM)
  const entry = makeEntry()
  level.put('a', entry, 8, NOW)
  t.equal(level.get('a', ANY, NOW, 'promote'), entry)
  t.equal(level.get('b', ANY, NOW, 'promote'), null)
})

t.test('an entry is found until it is of no more use, stale or not', async (t) => {
  const level = new MemoryLevel(ROOM)
  level.put('a', makeEntry({ lifetimeMs: 1, keepUntilMs: NOW + 500 }), 8, NOW)
  t.ok(level.get('a', ANY, NOW + 499, 'promote'))
  t.equal(level.get('a', ANY, NOW + 500, 'promote'), null)
  t.match(level.stats(), { entries: 0, bytes: 0, evictions: 0 })
})

t.test('each request finds the variant that fits it', async (t) => {
  const level = new MemoryLevel(ROOM)
  for (const language of ['de', 'fr']) level.put('a', variantEntry(language), 8, NOW)
  const found = ['de', 'fr', 'it'].map((language) => level.get('a', asking(language), NOW, 'promote'))
  t.same(
    found.map((entry) => entry && Buffer.from(entry.body).toString()),
    ['de', 'fr', null],
  )
})

t.test('the oldest variant gives way, and one that is renewed is not the oldest', async (t) => {
  const level = new MemoryLevel(ROOM)
  for (const language of ['de', 'fr', 'de', 'it']) level.put('a', variantEntry(language), 2, NOW)
  t.equal(level.get('a', asking('fr'), NOW, 'promote'), null)
  t.ok(level.get('a', asking('de'), NOW, 'promote'))
  t.ok(level.get('a', asking('it'), NOW, 'promote'))
  t.equal(level.stats().entries, 2)
})

t.test('an answer with another Vary takes the place of all variants', async (t) => {
  const level = new MemoryLevel(ROOM)
  for (const language of ['de', 'fr']) level.put('a', variantEntry(language), 8, NOW)
  const entry = makeEntry()
  level.put('a', entry, 8, NOW)
  t.equal(level.get('a', asking('de'), NOW, 'promote'), entry)
  t.equal(level.stats().entries, 1)
})

t.test('a newer answer takes the place of an older one, and not the other way round', async (t) => {
  const level = new MemoryLevel(ROOM)
  const newer = makeEntry({ receivedAtMs: NOW + 1 })
  level.put('a', makeEntry(), 8, NOW)
  level.put('a', newer, 8, NOW)
  level.put('a', makeEntry(), 8, NOW)
  t.equal(level.get('a', ANY, NOW, 'promote'), newer)
  t.equal(level.stats().entries, 1)
})

t.test('the level never holds more bytes than it may, and counts what it drops', async (t) => {
  const level = new MemoryLevel(100_000)
  const entry = makeEntry({ body: new Uint8Array(2_000) })
  for (let i = 0; i < 200; i++) {
    level.put(`key-${i}`, entry, 8, NOW)
    t.ok(level.stats().bytes <= 100_000) || t.bailout('over the bound')
  }
  const { bytes, entries, evictions } = level.stats()
  t.equal(entries + evictions, 200)
  t.ok(bytes > 95_000, 'the room is used')
  const found = Array.from({ length: 200 }, (_, i) => level.get(`key-${i}`, ANY, NOW, 'promote')).filter(Boolean)
  t.equal(found.length, entries)
})

t.test('each entry is counted with its key, once', async (t) => {
  const level = new MemoryLevel(ROOM)
  const entry = makeEntry()
  level.put('some-key', entry, 8, NOW)
  level.put('some-key', makeEntry({ receivedAtMs: NOW + 5, body: entry.body }), 8, NOW)
  t.equal(level.stats().bytes, entryBytes(entry) + textBytes('some-key'))
})

t.test('an entry that is larger than the rule allows is not taken, and drives out the one it replaces', async (t) => {
  const level = new MemoryLevel(80_000, 1 / 8)
  level.put('a', makeEntry(), 8, NOW)
  level.put('a', makeEntry({ body: new Uint8Array(10_001), receivedAtMs: NOW + 1 }), 8, NOW)
  t.equal(level.get('a', ANY, NOW, 'promote'), null)
  t.match(level.stats(), { bytes: 0, entries: 0, evictions: 0 })
})

t.test('what is asked for by people outlives a crawl, and what only crawlers ask for does not', async (t) => {
  const level = new MemoryLevel(100_000)
  for (const key of ['people', 'crawlers']) level.put(key, makeEntry(), 8, NOW)
  for (let i = 0; i < 3; i++) {
    level.get('people', ANY, NOW, 'promote')
    t.ok(level.get('crawlers', ANY, NOW, 'leave'))
  }
  for (let i = 0; i < 300; i++) level.put(`new-${i}`, makeEntry(), 8, NOW)
  t.ok(level.get('people', ANY, NOW, 'promote'))
  t.equal(level.get('crawlers', ANY, NOW, 'promote'), null)
})

t.test('a crawl as busy as the people does not cost them one hit', async (t) => {
  /** Hits of people, who read pages by Zipf's law; between them a crawler reads every page there is. */
  const hitsOf = (crawl: 'crawl' | 'none') => {
    const random = new SeededRandom(5)
    const level = new MemoryLevel(100_000)
    let hits = 0
    for (let i = 0; i < 20_000; i++) {
      const page = `page-${Math.floor(2_000 ** random.next())}`
      if (level.get(page, ANY, NOW, 'promote') !== null) hits++
      else level.put(page, makeEntry(), 8, NOW)
      if (crawl === 'crawl') level.get(`page-${i % 2_000}`, ANY, NOW, 'leave')
    }
    return hits
  }
  t.ok(hitsOf('none') > 8_000)
  t.equal(hitsOf('crawl'), hitsOf('none'))
})

t.test('deleting a key drops all its variants', async (t) => {
  const level = new MemoryLevel(ROOM)
  for (const language of ['de', 'fr']) level.put('a', variantEntry(language), 8, NOW)
  level.put('b', makeEntry(), 8, NOW)
  level.delete('a')
  level.delete('unknown')
  t.equal(level.get('a', asking('de'), NOW, 'promote'), null)
  t.equal(level.stats().entries, 1)
})

t.test('a level without room keeps nothing', async (t) => {
  const level = new MemoryLevel(0)
  level.put('a', makeEntry(), 8, NOW)
  t.equal(level.get('a', ANY, NOW, 'promote'), null)
})

t.test('an entry that is of no use any more is not taken', async (t) => {
  const level = new MemoryLevel(ROOM)
  level.put('a', makeEntry({ keepUntilMs: NOW }), 8, NOW)
  t.equal(level.stats().entries, 0)
})

t.test('what is dropped leaves the memory of the process, whatever goes through it', async (t) => {
  const script = join(import.meta.dirname, '../../support/memory-use.ts')
  const use = JSON.parse(execFileSync(process.execPath, ['--expose-gc', script, 'churn'], { encoding: 'utf8', timeout: 60_000 }))
  t.ok(use.put > 20 * use.room && use.evictions > 1_000)
  t.ok(use.counted <= use.room)
  // The engine sweeps when it likes, on a busy machine later; but four times as much would be there if it were kept.
  t.ok(use.peakBuffers < 5 * use.room, `${use.peakBuffers} bytes in buffers at most`)
  t.ok(use.peakRss < 6 * use.room, `${use.peakRss} bytes resident at most`)
  t.ok(use.endBuffers <= use.room, `${use.endBuffers} bytes in buffers in the end`)
})

t.test('what it holds can be walked while it changes, and looked at without being asked for', async (t) => {
  const level = new MemoryLevel(ROOM)
  for (const key of ['a', 'b', 'c']) level.put(key, makeEntry(), 8, NOW)
  level.put('d', variantEntry('de'), 8, NOW)
  level.put('d', variantEntry('en'), 8, NOW)
  const seen: string[] = []
  for (const place of level.held()) {
    if (seen.length === 0) level.delete('b')
    if (seen.length === 1) level.put('e', makeEntry(), 8, NOW)
    seen.push(`${place.key} ${level.peek(place)!.body}`)
  }
  t.same(
    seen.map((text) => text[0]),
    ['a', 'c', 'd', 'd', 'e'],
  )
  t.equal(level.peek({ key: 'b', variant: '' }), null)
  t.equal(level.peek({ key: 'a', variant: 'other' }), null)
})

t.test('everything it holds is listed, what was asked for most first', (t) => {
  const level = new MemoryLevel(ROOM)
  for (const key of ['a', 'b', 'c']) level.put(key, makeEntry(), 8, NOW)
  level.put('b', variantEntry('de'), 8, NOW)
  for (let times = 0; times < 5; times += 1) level.get('c', ANY, NOW, 'promote')
  const listed = [...level.hottest()].map(({ key }) => key)
  t.equal(listed[0], 'c')
  t.same([...listed].sort(), ['a', 'b', 'c'])
  t.end()
})

t.test('a hot page stays whatever its size, through floods of pages that nobody asks for twice', async (t) => {
  for (const hotBytes of [1_000, 100_000, 1_000_000]) {
    const level = new MemoryLevel(10 * ROOM)
    const put = (key: string, bytes: number) => level.put(key, makeEntry({ body: new Uint8Array(bytes) }), 10, NOW)
    put('hot', hotBytes)
    let lost = 0
    for (let request = 0; request < 100_000; request++) {
      if (request % 100 !== 0) put(`once-${request}`, 1_000)
      else if (level.get('hot', ANY, NOW, 'promote') === null) {
        lost++
        put('hot', hotBytes)
      }
    }
    t.ok(level.stats().evictions > 50_000, 'there was no room for all')
    t.equal(lost, 0, `${hotBytes} bytes`)
  }
})

t.test('who remembers where a key is kept finds it there, and what has gone is kept alive by nobody', async (t) => {
  const level = new MemoryLevel(ROOM)
  const spot: Spot = { held: null, far: null }
  const entry = makeEntry()
  level.put('a', entry, 8, NOW)
  t.equal(level.get('a', ANY, NOW, 'promote', spot), entry)
  t.not(spot.held, null)
  t.equal(level.get('a', ANY, NOW, 'promote', spot), entry)
  const newer = makeEntry({ receivedAtMs: NOW + 1 })
  level.put('a', newer, 8, NOW)
  t.equal(level.get('a', ANY, NOW, 'promote', spot), newer)

  level.delete('a')
  t.notMatch(spot.held, { entry: newer }, 'deleted')
  t.equal(level.get('a', ANY, NOW, 'promote', spot), null)
  level.put('a', entry, 8, NOW)
  t.equal(level.get('a', ANY, NOW, 'promote', spot), entry, 'and kept again')
  t.equal(level.get('a', ANY, NOW + 3_600_000, 'promote', spot), null, 'out of date')
  t.notMatch(spot.held, { entry })
})

t.test('a remembered place is never that of another variant', async (t) => {
  const level = new MemoryLevel(ROOM)
  const spot: Spot = { held: null, far: null }
  const variants = ['de', 'fr'].map((language) => variantEntry(language))
  for (const entry of variants) level.put('a', entry, 8, NOW)
  t.same(
    ['de', 'fr', 'de'].map((language) => level.get('a', asking(language), NOW, 'promote', spot)),
    [variants[0], variants[1], variants[0]],
  )
  const plain = makeEntry({ receivedAtMs: NOW + 1 })
  level.put('a', plain, 8, NOW)
  t.equal(level.get('a', asking('de'), NOW, 'promote', spot), plain)
  level.put('a', { ...variants[0]!, receivedAtMs: NOW + 2 }, 8, NOW)
  t.equal(level.get('a', asking('fr'), NOW, 'promote', spot), null, 'once it varies again')
})

t.test('a body that was lent is copied before it is kept', async (t) => {
  const level = new MemoryLevel(ROOM)
  const read = Buffer.alloc(65_536, 'a')
  level.put('a', makeEntry({ body: read.subarray(7, 12) }), 8, NOW)
  read.fill('b')
  const kept = level.get('a', ANY, NOW, 'promote')!
  t.same([Buffer.from(kept.body).toString(), kept.body.buffer.byteLength], ['aaaaa', 5])
})
