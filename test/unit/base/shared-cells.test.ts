import t from 'tap'
import { allocateCells, SharedCells } from '../../../edge/base/shared-cells.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const NOW_MS = 1_800_000_000_000

function noted(table: SharedCells, low: number, high: number): number {
  const cell = table.enter(low, high, NOW_MS)
  const debtMs = table.debtMs(cell)
  table.leave(cell, debtMs, table.atMs(cell), table.windowMs(cell))
  return debtMs
}

function note(table: SharedCells, low: number, high: number, debtMs: number): void {
  table.leave(table.enter(low, high, NOW_MS), debtMs, NOW_MS, 1_000)
}

t.test('what one view notes, another view of the same memory reads', async (t) => {
  const memory = allocateCells(1_024, new SeededRandom(1))
  const one = new SharedCells(memory)
  const other = new SharedCells(memory)
  note(one, 7, -9, 250.5)
  const cell = other.enter(7, -9, NOW_MS)
  t.same([other.debtMs(cell), other.atMs(cell), other.windowMs(cell)], [250.5, NOW_MS, 1_000])
  other.leave(cell, 0, NOW_MS, 1_000)
  t.same([one.seedLow, one.seedHigh], [other.seedLow, other.seedHigh])
})

t.test('keys are told apart by both halves of their hash', async (t) => {
  const table = new SharedCells(allocateCells(1_024, new SeededRandom(1)))
  note(table, 7, 1, 10)
  note(table, 7, 2, 20)
  note(table, 8, 1, 30)
  t.same([noted(table, 7, 1), noted(table, 7, 2), noted(table, 8, 1)], [10, 20, 30])
})

t.test('a full bucket forgets the key whose debt ends first, and counts it', async (t) => {
  const table = new SharedCells(allocateCells(8, new SeededRandom(1)))
  t.equal(table.capacity, 8)
  for (let key = 1; key <= 8; key++) note(table, key, key, key === 5 ? 40 : 100 + key)
  t.equal(table.forgotten, 0)
  note(table, 9, 9, 500)
  t.equal(table.forgotten, 1)
  t.same([noted(table, 9, 9), noted(table, 1, 1), noted(table, 8, 8)], [500, 101, 108])
  t.equal(noted(table, 5, 5), 0, 'the key of the shortest debt starts anew')
})

t.test('taking the cell of a debt that has melted forgets nothing', async (t) => {
  const table = new SharedCells(allocateCells(8, new SeededRandom(1)))
  for (let key = 1; key <= 8; key++) note(table, key, key, 10)
  const cell = table.enter(9, 9, NOW_MS + 11)
  table.leave(cell, 5, NOW_MS + 11, 1_000)
  t.equal(table.forgotten, 0)
})

t.test('the lock of a worker that died is taken over, and only by its own turn can it be let go', async (t) => {
  const memory = allocateCells(8, new SeededRandom(1))
  const dead = new SharedCells(memory)
  const next = new SharedCells(memory)
  const third = new SharedCells(memory)
  const left = dead.enter(1, 1, NOW_MS)

  const taken = next.enter(1, 1, NOW_MS)
  t.equal(next.takeovers, 1)
  dead.leave(left, 3, NOW_MS, 1_000)
  third.leave(third.enter(1, 1, NOW_MS), 4, NOW_MS, 1_000)
  t.equal(third.takeovers, 2, 'the late leave of the first did not free the lock of the second')

  next.leave(taken, 5, NOW_MS, 1_000)
  t.equal(noted(next, 1, 1), 5)
  t.equal(next.takeovers, 2, 'afterwards the lock works as before')
})

t.test('the table holds at least what was asked for, in a bounded amount of memory', async (t) => {
  for (const cells of [1, 8, 9, 1_024, 1_025, 131_072]) {
    const memory = allocateCells(cells, new SeededRandom(1))
    const { capacity } = new SharedCells(memory)
    t.ok(capacity >= cells && capacity <= Math.max(8, 2 * cells), `${cells} → ${capacity}`)
    t.ok(memory.byteLength <= 64 + capacity * 33)
  }
  for (const cells of [0, -1, 1.5, 2 ** 25]) t.throws(() => allocateCells(cells, new SeededRandom(1)), RangeError)
})

t.test('each table has a seed of its own', async (t) => {
  const random = new SeededRandom(1)
  const one = new SharedCells(allocateCells(8, random))
  const other = new SharedCells(allocateCells(8, random))
  t.not(one.seedLow, other.seedLow)
  t.not(one.seedHigh, other.seedHigh)
})
