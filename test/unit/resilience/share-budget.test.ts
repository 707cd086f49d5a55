import t from 'tap'
import { ShareBudget } from '../../../edge/resilience/share-budget.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const RULE = { share: 0.2, floorPerS: 1 }

function taken(budget: ShareBudget, times: number, nowMs: number, rule = RULE): number {
  let count = 0
  for (let i = 0; i < times; i++) if (budget.take(rule, nowMs)) count++
  return count
}

t.test('of the requests of the last ten seconds a share may be spent, and the floor', async (t) => {
  const budget = new ShareBudget()
  for (let i = 0; i < 100; i++) budget.noteRequest(50_000)
  t.equal(taken(budget, 100, 50_000), 20 + 10)
  t.match(budget, { requests: 100, spent: 30 })
})

t.test('what is spent comes back as it leaves the window, and so do requests', async (t) => {
  const budget = new ShareBudget()
  t.equal(taken(budget, 100, 0), 10)
  t.equal(taken(budget, 1, 9_999), 0)
  t.equal(taken(budget, 100, 10_000), 10)
  for (let i = 0; i < 100; i++) budget.noteRequest(15_000)
  t.equal(taken(budget, 100, 15_000), 20)
  t.equal(taken(budget, 100, 3_600_000), 10, 'a long silence saves nothing up')
})

t.test('without a floor a quiet pool has nothing', async (t) => {
  const budget = new ShareBudget()
  const rule = { share: 0.05, floorPerS: 0 }
  for (let i = 0; i < 19; i++) budget.noteRequest(1_000)
  t.equal(taken(budget, 1, 1_000, rule), 0)
  budget.noteRequest(1_000)
  t.equal(taken(budget, 9, 1_000, rule), 1)
})

t.test('at any moment of any load no more is spent than the rule allows', async (t) => {
  const random = new SeededRandom()
  const budget = new ShareBudget()
  let nowMs = 1_000_000
  for (let step = 0; step < 20_000; step++) {
    nowMs += random.next() * 40
    const failing = random.next() < 0.7
    budget.noteRequest(nowMs)
    if (failing && budget.take(RULE, nowMs) && budget.spent > RULE.share * budget.requests + 10)
      t.fail(`spent ${budget.spent} of ${budget.requests}`)
  }
  t.ok(budget.spent > 0.19 * budget.requests, 'and all that it allows')
})
