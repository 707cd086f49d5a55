import t from 'tap'
import { ByteBudget } from '../../../edge/base/byte-budget.ts'
import { BodiesInUse } from '../../../edge/pipeline/bodies-in-use.ts'

t.test('a body counts once, however many read it, until the last has ended', async (t) => {
  const budget = new ByteBudget(10_000)
  const inUse = new BodiesInUse(budget)
  const [one, other] = [new Uint8Array(1_000), new Uint8Array(1_000)]
  inUse.enter(one)
  inUse.enter(one)
  t.equal(budget.usedBytes, 1_000)
  inUse.enter(other)
  t.equal(budget.usedBytes, 2_000, 'the same bytes in another place are another body')
  inUse.leave(one)
  t.equal(budget.usedBytes, 2_000)
  inUse.leave(one)
  inUse.leave(other)
  t.match(budget, { usedBytes: 0, overgivenBytes: 0 })
  t.equal(inUse.size, 0)
})

t.test('who leaves twice takes nothing from others', async (t) => {
  const budget = new ByteBudget(10_000)
  const inUse = new BodiesInUse(budget)
  const bytes = new Uint8Array(1_000)
  budget.hold(500)
  inUse.enter(bytes)
  inUse.leave(bytes)
  inUse.leave(bytes)
  t.match(budget, { usedBytes: 500, overgivenBytes: 0 })
})
