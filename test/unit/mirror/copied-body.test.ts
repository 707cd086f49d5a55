import t from 'tap'
import { ByteBudget } from '../../../edge/base/byte-budget.ts'
import { type BodyCopy, CopiedBody } from '../../../edge/mirror/copied-body.ts'

function copying(maxBytes: number, budget = new ByteBudget(1_000)) {
  const told: BodyCopy[] = []
  return { told, budget, body: new CopiedBody(maxBytes, budget, (copy) => told.push(copy)) }
}

t.test('a body within its bound is copied whole, and counted until it is given back', async (t) => {
  const { told, budget, body } = copying(10)
  body.chunk(Buffer.from('hello'))
  body.chunk(Buffer.from('world'))
  body.end()
  t.match(told, [{ kind: 'whole' }])
  t.equal(told[0]?.kind === 'whole' && Buffer.from(told[0].bytes).toString(), 'helloworld')
  t.equal(budget.usedBytes, 10)
})

for (const [kind, of] of [
  ['too-long', () => copying(4)],
  ['no-room', () => copying(100, new ByteBudget(16))],
] as const) {
  t.test(`one that is ${kind} is let go at once, and told once`, async (t) => {
    const { told, budget, body } = of()
    body.chunk(Buffer.from('abc'))
    body.chunk(Buffer.from('def'))
    body.chunk(Buffer.from('ghi'))
    body.end()
    t.same(told, [{ kind }])
    t.equal(budget.usedBytes, 0)
    t.equal(budget.overgivenBytes, 0)
  })
}

t.test('a part is no copy', async (t) => {
  const { told, budget, body } = copying(10)
  body.chunk(Buffer.from('abc'))
  body.cut()
  body.cut()
  t.same(told, [{ kind: 'cut' }])
  t.equal(budget.usedBytes, 0)
})
