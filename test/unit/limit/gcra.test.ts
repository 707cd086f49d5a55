import t from 'tap'
import { allocateCells, SharedCells } from '../../../edge/base/shared-cells.ts'
import { DAY_MS, HOUR_MS, type Rate } from '../../../edge/contract/units.ts'
import { Gcra } from '../../../edge/limit/gcra.ts'
import { MAX_RETRY_AFTER_MS } from '../../../edge/limit/limiter.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const NOW_MS = 1_800_000_000_000
const TEN_PER_S: Rate = { count: 10, perMs: 1_000 }

function newTable(cells = 1_024): SharedCells {
  return new SharedCells(allocateCells(cells, new SeededRandom(7)))
}

function limit(rate: Rate, burst: number, table = newTable(), id = 'api'): Gcra {
  return new Gcra({ id, rate, burst, table })
}

function takeUntilRefused(gcra: Gcra, key: string, nowMs: number): number {
  let taken = 0
  while (gcra.take(key, 1, nowMs).allowed) taken++
  return taken
}

t.test('a key that spent its burst waits one emission interval', async (t) => {
  const gcra = limit(TEN_PER_S, 3)
  t.same(gcra.take('a', 1, NOW_MS), { allowed: true, remaining: 2, resetMs: 100 })
  t.same(gcra.take('a', 1, NOW_MS), { allowed: true, remaining: 1, resetMs: 200 })
  t.same(gcra.take('a', 1, NOW_MS), { allowed: true, remaining: 0, resetMs: 300 })
  t.same(gcra.take('a', 1, NOW_MS), { allowed: false, remaining: 0, resetMs: 300, retryAfterMs: 100 })
  t.same(gcra.take('a', 1, NOW_MS + 60), { allowed: false, remaining: 0, resetMs: 240, retryAfterMs: 40 })
  t.equal(gcra.take('a', 1, NOW_MS + 100).allowed, true)
  t.equal(gcra.take('a', 1, NOW_MS + 100).allowed, false)
})

t.test('a budget left alone is whole again after its reset, and no larger', async (t) => {
  const gcra = limit(TEN_PER_S, 5)
  t.equal(takeUntilRefused(gcra, 'a', NOW_MS), 5)
  t.equal(takeUntilRefused(gcra, 'a', NOW_MS + 500), 5)
  t.equal(takeUntilRefused(gcra, 'a', NOW_MS + DAY_MS), 5)
})

t.test('who waits as long as told is let through', async (t) => {
  const gcra = limit({ count: 7, perMs: 60_000 }, 3)
  takeUntilRefused(gcra, 'a', NOW_MS)
  let nowMs = NOW_MS
  for (let turn = 0; turn < 50; turn++) {
    const verdict = gcra.take('a', 1, nowMs)
    if (verdict.allowed) continue
    t.equal(gcra.take('a', 1, nowMs + verdict.retryAfterMs - 2).allowed, false, 'not much earlier')
    nowMs += verdict.retryAfterMs
    t.equal(gcra.take('a', 1, nowMs).allowed, true)
  }
})

t.test('keys and limits of different ids do not meet, those of one id share', async (t) => {
  const table = newTable()
  const one = limit(TEN_PER_S, 1, table, 'one')
  const other = limit(TEN_PER_S, 1, table, 'other')
  t.equal(one.take('a', 1, NOW_MS).allowed, true)
  t.equal(one.take('b', 1, NOW_MS).allowed, true)
  t.equal(other.take('a', 1, NOW_MS).allowed, true)
  t.equal(limit(TEN_PER_S, 1, table, 'one').take('a', 1, NOW_MS).allowed, false)
})

t.test('a dear request takes as many units as it costs, and a refused one takes none', async (t) => {
  const gcra = limit(TEN_PER_S, 10)
  t.match(gcra.take('a', 7, NOW_MS), { allowed: true, remaining: 3 })
  t.match(gcra.take('a', 4, NOW_MS), { allowed: false, remaining: 3, retryAfterMs: 100 })
  t.match(gcra.take('a', 3, NOW_MS), { allowed: true, remaining: 0 })
})

t.test('a request dearer than the whole budget is refused with a wait that ends', async (t) => {
  const gcra = limit(TEN_PER_S, 10)
  t.same(gcra.take('a', 11, NOW_MS), { allowed: false, remaining: 10, resetMs: 0, retryAfterMs: MAX_RETRY_AFTER_MS })
  const slow = limit({ count: 1, perMs: DAY_MS }, 1_000_000)
  t.equal(slow.take('a', 1_000_000, NOW_MS).allowed, true)
  t.match(slow.take('a', 1_000_000, NOW_MS), { allowed: false, retryAfterMs: MAX_RETRY_AFTER_MS })
})

t.test('rates with no whole interval give exactly their burst', async (t) => {
  for (const count of [3, 7, 999, 3_600, 999_983]) {
    const gcra = limit({ count, perMs: HOUR_MS }, 21)
    t.equal(takeUntilRefused(gcra, 'a', NOW_MS), 21, `${count}/h`)
  }
})

t.test('a very fast rate is kept to the unit', async (t) => {
  const gcra = limit({ count: 10_000_000, perMs: 1_000 }, 1_000)
  let taken = takeUntilRefused(gcra, 'a', NOW_MS)
  for (let step = 1; step <= 10; step++) taken += takeUntilRefused(gcra, 'a', NOW_MS + step * 0.05)
  t.equal(taken, 1_000 + 10 * 500)
})

t.test('a changed rate keeps the used share', async (t) => {
  const table = newTable()
  limit(TEN_PER_S, 100, table).take('a', 50, NOW_MS)
  t.match(limit({ count: 1, perMs: 1_000 }, 40, table).take('a', 1, NOW_MS), { allowed: true, remaining: 19 }, 'half of 40 was used')
  t.match(limit(TEN_PER_S, 200, table).take('a', 1, NOW_MS), { allowed: true, remaining: 94 }, '21 of 40 used are 105 of 200')
})

t.test('a key that is over its limit does not get out of it by a stricter one', async (t) => {
  const table = newTable()
  const gcra = limit({ count: 100, perMs: 1_000 }, 100, table)
  takeUntilRefused(gcra, 'a', NOW_MS)
  const stricter = limit({ count: 1, perMs: 1_000 }, 100, table)
  t.equal(stricter.take('a', 1, NOW_MS).allowed, false)
  t.equal(takeUntilRefused(stricter, 'a', NOW_MS + 5_000), 5, 'it melts by the new rate, though every try was refused')
})

t.test('a clock set back makes nobody wait longer than one whole budget', async (t) => {
  const gcra = limit(TEN_PER_S, 10)
  gcra.take('a', 1, NOW_MS)
  const earlierMs = NOW_MS - HOUR_MS
  t.match(gcra.take('a', 1, earlierMs), { allowed: false, retryAfterMs: 100, resetMs: 1_000 })
  t.equal(gcra.take('a', 1, earlierMs + 100).allowed, true)
})

t.test('clocks of workers that differ a little give nobody more', async (t) => {
  const table = newTable()
  const ahead = limit({ count: 1_000, perMs: 1_000 }, 5, table)
  const behind = limit({ count: 1_000, perMs: 1_000 }, 5, table)
  let taken = 0
  for (let ms = 0; ms <= 10_000; ms++) {
    taken += takeUntilRefused(ahead, 'a', NOW_MS + ms + 7)
    taken += takeUntilRefused(behind, 'a', NOW_MS + ms)
  }
  t.equal(taken, 5 + 10_000)
})

t.test('what is given back can be taken again, and never makes a budget larger', async (t) => {
  const gcra = limit(TEN_PER_S, 5)
  gcra.take('a', 4, NOW_MS)
  t.same(gcra.giveBack('a', 3, NOW_MS), { allowed: true, remaining: 4, resetMs: 100 })
  t.same(gcra.giveBack('a', 3, NOW_MS), { allowed: true, remaining: 5, resetMs: 0 })
  t.equal(takeUntilRefused(gcra, 'a', NOW_MS), 5)
})

t.test('when the table is full the key idle the longest starts anew, the busiest stay counted', async (t) => {
  const table = newTable(8)
  const gcra = limit(TEN_PER_S, 1_000, table)
  gcra.take('busy', 900, NOW_MS)
  for (let address = 0; address < 500; address++) gcra.take(`10.0.0.${address}`, 1, NOW_MS)
  t.ok(table.forgotten >= 490)
  t.match(gcra.take('busy', 1, NOW_MS), { remaining: 99 })
})
