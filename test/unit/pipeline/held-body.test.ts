import t from 'tap'
import { ByteBudget } from '../../../edge/base/byte-budget.ts'
import type { BodyFlow } from '../../../edge/http/body.ts'
import { heldBody } from '../../../edge/pipeline/held-body.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

/** A body with a reader that takes as long as the test says. */
function held() {
  const budget = new ByteBudget(1_000)
  const source = new ScriptedBody(9)
  const heard: string[] = []
  const reader = { wantsMore: true }
  const faults: unknown[] = []
  const body = heldBody(source, budget, (fault) => faults.push(fault))
  const flow: BodyFlow = body.open({
    write(chunk) {
      heard.push(Buffer.from(chunk).toString())
      return reader.wantsMore
    },
    end: () => void heard.push('end'),
    fail: () => void heard.push('fail'),
  })
  return { budget, source, heard, reader, flow, lengthBytes: body.lengthBytes, overs: () => faults.length, faults }
}

t.test('a body whose reader keeps up costs nothing', async (t) => {
  const { budget, source, heard, lengthBytes, overs } = held()
  source.write('abc').write('def')
  t.equal(budget.usedBytes, 0)
  source.end()
  t.same(heard, ['abc', 'def', 'end'])
  t.equal(lengthBytes, 9)
  t.equal(overs(), 1)
})

t.test('what a slow reader could not take counts until it takes more', async (t) => {
  const { budget, source, reader, flow } = held()
  reader.wantsMore = false
  source.write('abc').write('def')
  t.equal(budget.usedBytes, 6)
  flow.resume()
  t.equal(budget.usedBytes, 0)
  source.write('g')
  t.equal(budget.usedBytes, 1)
})

for (const [how, finish] of [
  ['ended', (source: ScriptedBody) => void source.end()],
  ['broke off', (source: ScriptedBody) => void source.fail(new Error('reset'))],
  ['was let go', (_source: ScriptedBody, flow: BodyFlow) => flow.cancel()],
] as const) {
  t.test(`of a body that ${how} nothing is held any more, and its end is told once`, async (t) => {
    const { budget, source, reader, flow, overs } = held()
    reader.wantsMore = false
    source.write('abc')
    finish(source, flow)
    flow.cancel()
    flow.resume()
    t.match(budget, { usedBytes: 0, overgivenBytes: 0 })
    t.equal(overs(), 1)
  })
}

t.test('a reader that lets go within a chunk leaves nothing behind', async (t) => {
  const budget = new ByteBudget(1_000)
  const source = new ScriptedBody()
  const flow: BodyFlow = heldBody(source, budget).open({
    write() {
      flow.cancel()
      return false
    },
    end() {},
    fail() {},
  })
  source.write('abc')
  t.equal(source.state, 'cancelled')
  t.equal(budget.usedBytes, 0)
})

t.test('it is counted even when there is no room: it is here already', async (t) => {
  const { budget, source, reader } = held()
  budget.hold(1_000)
  reader.wantsMore = false
  source.write('abc')
  t.equal(budget.usedBytes, 1_003)
})

t.test('who broke a body off is told why, and its end or a reader that left is no fault', async (t) => {
  const reset = new Error('reset')
  const [broken, ended, left] = [held(), held(), held()]
  broken.source.fail(reset)
  ended.source.end()
  left.flow.cancel()
  t.same([broken.faults, ended.faults, left.faults], [[reset], [null], [null]])
})
