import t from 'tap'
import type { Spot } from '../../../edge/cache/level.ts'
import { MemoryLevel } from '../../../edge/cache/memory-level.ts'
import { makeReady } from '../../../edge/cache/ready.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

const NOW = RECEIVED_AT_MS
const ROOM = 100_000
const ANY = Fields.of()
const ANSWER = { lines: Fields.of({ Age: '0' }).shared, body: null }

t.test('an answer that stands ready is found in its place, until its entry or its time has gone', async (t) => {
  const level = new MemoryLevel(ROOM)
  const spot: Spot = { held: null, far: null }
  const ready = (nowMs = NOW) => level.ready(spot, nowMs, 'promote')
  const entry = makeEntry()
  level.put('a', entry, 8, NOW)
  t.equal(ready(), null, 'nobody remembers its place')
  level.get('a', ANY, NOW, 'promote', spot)
  t.equal(ready(), null, 'nothing stands ready')
  const made = makeReady(entry, ANSWER, NOW)
  level.get('a', ANY, NOW, 'promote', spot)
  t.equal(ready(), made)
  t.equal(ready(NOW + made.sureForMs + 1), null, 'later')

  level.put('a', makeEntry({ receivedAtMs: NOW + 1 }), 8, NOW)
  t.equal(ready(), null, 'replaced')
  level.put('a', { ...entry, receivedAtMs: NOW + 2 }, 8, NOW)
  level.get('a', ANY, NOW, 'promote', spot)
  t.equal(ready(), null, 'a copy has an answer of its own')

  level.put('b', entry, 8, NOW)
  const other: Spot = { held: null, far: null }
  level.get('b', ANY, NOW, 'promote', other)
  t.equal(level.ready(other, NOW, 'promote'), made)
  level.delete('b')
  t.equal(level.ready(other, NOW, 'promote'), null, 'deleted')
})

t.test('who is answered with what stands ready asks for it as anybody does; a crawler does not', async (t) => {
  const level = new MemoryLevel(20 * ROOM)
  const spots = ['wanted', 'crawled'].map((key) => {
    const spot: Spot = { held: null, far: null }
    level.put(key, makeEntry(), 8, NOW)
    makeReady(level.get(key, ANY, NOW, 'leave', spot)!, ANSWER, NOW)
    level.get(key, ANY, NOW, 'leave', spot)
    return spot
  })
  for (let time = 0; time < 9; time++) {
    t.ok(level.ready(spots[0]!, NOW, 'promote'))
    t.ok(level.ready(spots[1]!, NOW, 'leave'))
  }
  t.equal([...level.hottest()][0]?.key, 'wanted')
})
