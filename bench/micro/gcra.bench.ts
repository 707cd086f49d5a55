// What one take of a limit costs. By hand: node bench/micro/gcra.bench.ts

import { allocateCells, SharedCells } from '../../edge/base/shared-cells.ts'
import { Gcra } from '../../edge/limit/gcra.ts'
import { SeededRandom } from '../../test/support/seeded-random.ts'

const RUNS = 9
const TAKES = 200_000
const START_MS = 1_800_000_000_000
const CELLS = 131_072

/** Nanoseconds per take of one run; the clock goes on by 1 ms every 20 takes. */
function run(gcra: Gcra, keys: readonly string[]): number {
  let remaining = 0
  const startedAt = process.hrtime.bigint()
  for (let i = 0; i < TAKES; i++) remaining += gcra.take(keys[i % keys.length]!, 1, START_MS + i / 20).remaining
  const ns = Number(process.hrtime.bigint() - startedAt) / TAKES
  if (Number.isNaN(remaining)) throw new Error('a verdict without a reading')
  return ns
}

const address = (i: number): string => `2001:db8:0:${(i >> 16).toString(16)}::${(i & 0xffff).toString(16)}`
const cases = [
  { what: 'one key, allowed', keyCount: 1, count: 100_000_000 },
  { what: 'one key, refused', keyCount: 1, count: 1 },
  { what: '100,000 keys, allowed', keyCount: 100_000, count: 1_000 },
  { what: '400,000 keys, more than cells', keyCount: 400_000, count: 1_000 },
]

console.log('| case | ns/take, median | lowest | highest |\n|---|---|---|---|')
for (const { what, keyCount, count } of cases) {
  const table = new SharedCells(allocateCells(CELLS, new SeededRandom(1)))
  const gcra = new Gcra({ id: 'per-address', rate: { count, perMs: 1_000 }, burst: count, table })
  const keys = Array.from({ length: keyCount }, (_, i) => address(i))
  run(gcra, keys)
  const runs = Array.from({ length: RUNS }, () => run(gcra, keys)).sort((a, b) => a - b)
  console.log(`| ${what} | ${runs[RUNS >> 1]!.toFixed(0)} | ${runs[0]!.toFixed(0)} | ${runs.at(-1)!.toFixed(0)} |`)
}
