import t from 'tap'
import { allocateCells, SharedCells } from '../../edge/base/shared-cells.ts'
import { Gcra } from '../../edge/limit/gcra.ts'
import { SeededRandom } from '../support/seeded-random.ts'

const START_MS = 1_800_000_000_000
const PERIODS_MS = [1_000, 60_000, 3_600_000]

interface Taken {
  readonly atMs: number
  readonly units: number
}

/** Random takes at random moments, from dense to sparse; what was allowed. */
function play(gcra: Gcra, random: SeededRandom, windowMs: number, burst: number): Taken[] {
  const taken: Taken[] = []
  let atMs = START_MS
  for (let step = 0; step < 400; step++) {
    if (random.next() < 0.6) atMs += Math.floor(random.next() ** 4 * windowMs)
    const units = random.integer(1, Math.max(1, Math.ceil(burst / 4)))
    if (gcra.take('key', units, atMs).allowed) taken.push({ atMs, units })
  }
  return taken
}

/** The most that any span between two takes got beyond burst + rate × span, in units. */
function worstExcess(taken: readonly Taken[], burst: number, perUnitMs: number): number {
  let worst = Number.NEGATIVE_INFINITY
  for (let from = 0; from < taken.length; from++) {
    let units = 0
    for (let to = from; to < taken.length; to++) {
      units += taken[to]!.units
      worst = Math.max(worst, units - burst - (taken[to]!.atMs - taken[from]!.atMs) / perUnitMs)
    }
  }
  return worst
}

t.test('in any span of time a key gets at most its burst and the rate times the span', async (t) => {
  const random = new SeededRandom(2_026)
  const table = new SharedCells(allocateCells(1_024, random))
  let closest = Number.NEGATIVE_INFINITY
  for (let round = 0; round < 200; round++) {
    const rate = { count: random.integer(1, 5_000), perMs: random.pick(PERIODS_MS) }
    const burst = random.integer(1, 200)
    const perUnitMs = rate.perMs / rate.count
    const gcra = new Gcra({ id: `limit-${round}`, rate, burst, table })
    const excess = worstExcess(play(gcra, random, burst * perUnitMs, burst), burst, perUnitMs)
    t.ok(excess < 1e-4, `${rate.count} in ${rate.perMs} ms, burst ${burst}: ${excess} over`)
    closest = Math.max(closest, excess)
  }
  t.ok(closest > -1e-4, 'and the bound is reached, so that nobody is refused what is theirs')
})

t.test('what a refusal names is enough to wait, and a millisecond less is not', async (t) => {
  const random = new SeededRandom(4_711)
  const table = new SharedCells(allocateCells(1_024, random))
  for (let round = 0; round < 200; round++) {
    const rate = { count: random.integer(1, 900), perMs: random.pick(PERIODS_MS) }
    const burst = random.integer(1, 50)
    const gcra = new Gcra({ id: `limit-${round}`, rate, burst, table })
    gcra.take('key', random.integer(1, burst), START_MS)
    const cost = random.integer(1, burst)
    const verdict = gcra.take('key', cost, START_MS)
    if (verdict.allowed) continue
    t.equal(gcra.take('key', cost, START_MS + verdict.retryAfterMs - 1.01).allowed, false)
    t.equal(gcra.take('key', cost, START_MS + verdict.retryAfterMs).allowed, true)
  }
})

t.test('changing the rate back and forth gives nobody more of the budget than its share', async (t) => {
  const random = new SeededRandom(815)
  const table = new SharedCells(allocateCells(1_024, random))
  for (let round = 0; round < 100; round++) {
    // Without time passing, the used share is the only thing that counts, whatever the burst is at that moment.
    let usedShare = 0
    for (let step = 0; step < 50; step++) {
      const burst = random.pick([10, 100, 1_000])
      const gcra = new Gcra({ id: `limit-${round}`, rate: { count: random.integer(1, 500), perMs: 1_000 }, burst, table })
      if (gcra.take('key', 1, START_MS).allowed) usedShare += 1 / burst
    }
    t.ok(usedShare <= 1 + 1e-3, `${usedShare}`)
  }
})
