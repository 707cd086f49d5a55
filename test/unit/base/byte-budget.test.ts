import t from 'tap'
import { ByteBudget } from '../../../edge/base/byte-budget.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

t.test('room is taken whole or not at all', async (t) => {
  const budget = new ByteBudget(100)
  t.equal(budget.take(60), true)
  t.equal(budget.take(41), false)
  t.equal(budget.usedBytes, 60)
  t.equal(budget.take(40), true)
  t.equal(budget.full, true)
  t.equal(budget.take(1), false)
  budget.give(60)
  t.match(budget, { usedBytes: 40, full: false })
})

t.test('one use may leave room for another', async (t) => {
  const budget = new ByteBudget(100)
  t.equal(budget.take(50, 50), true)
  t.equal(budget.take(1, 50), false)
  t.equal(budget.take(50), true)
})

t.test('what is here already counts, even beyond the budget', async (t) => {
  const budget = new ByteBudget(100)
  budget.hold(150)
  t.match(budget, { usedBytes: 150, full: true })
  t.equal(budget.take(1), false)
  budget.give(150)
  t.match(budget, { usedBytes: 0, full: false, overgivenBytes: 0 })
})

t.test('what nobody had cannot be given back, and shows', async (t) => {
  const budget = new ByteBudget(100)
  budget.take(10)
  budget.give(10)
  budget.give(10)
  t.equal(budget.usedBytes, 0)
  t.equal(budget.overgivenBytes, 10)
  t.equal(budget.take(100), true, 'and makes no room that is not there')
  t.equal(budget.take(1), false)
})

t.test('whatever the order, what is used is what was taken and not given back, and takes never exceed the budget', async (t) => {
  const random = new SeededRandom()
  const budget = new ByteBudget(1_000)
  const taken: number[] = []
  for (let i = 0; i < 5_000; i += 1) {
    const bytes = Math.floor(random.next() * 200)
    if (random.next() < 0.6) {
      if (budget.take(bytes)) taken.push(bytes)
    } else if (taken.length > 0) {
      budget.give(taken.splice(Math.floor(random.next() * taken.length), 1)[0]!)
    }
    const usedBytes = taken.reduce((sum, one) => sum + one, 0)
    if (budget.usedBytes !== usedBytes || usedBytes > 1_000) t.fail(`step ${i}: ${budget.usedBytes} used, ${usedBytes} taken`)
  }
  t.equal(budget.overgivenBytes, 0)
})
