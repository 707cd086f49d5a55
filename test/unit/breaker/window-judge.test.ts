import t from 'tap'
import type { Outcome } from '../../../edge/breaker/breaker.ts'
import { WindowJudge, type WindowRule } from '../../../edge/breaker/window-judge.ts'

const RULE: WindowRule = { windowMs: 10_000, minRequests: 10, failureRatio: 0.5, slowRatio: 0.8, failuresInARow: null }

/** What a judge says of the last of some outcomes. */
function verdict(rule: Partial<WindowRule>, ...outcomes: readonly (readonly [number, Outcome])[]) {
  const judge = new WindowJudge({ ...RULE, ...rule })
  let last: ReturnType<WindowJudge['note']> = null
  for (const [times, outcome] of outcomes) for (let i = 0; i < times; i++) last = judge.note(outcome, 0)
  return last
}

t.test('it opens when the share of failures is reached, and not before there are enough requests', async (t) => {
  t.equal(verdict({}, [5, 'succeeded'], [4, 'failed']), null)
  t.equal(verdict({}, [5, 'succeeded'], [5, 'failed']), 'failure-ratio')
  t.equal(verdict({}, [6, 'succeeded'], [5, 'failed']), null)
  t.equal(verdict({ minRequests: 100 }, [99, 'failed']), null)
  t.equal(verdict({ failureRatio: 1 }, [1, 'succeeded'], [99, 'failed']), null)
  t.equal(verdict({ failureRatio: 1 }, [10, 'failed']), 'failure-ratio')
})

t.test('it opens when the share of slow answers is reached', async (t) => {
  t.equal(verdict({}, [3, 'succeeded'], [10, 'slow']), null)
  t.equal(verdict({}, [2, 'succeeded'], [8, 'slow']), 'slow-ratio')
})

t.test('failures in a row open it however few requests there are', async (t) => {
  t.equal(verdict({ failuresInARow: 3 }, [2, 'failed'], [1, 'succeeded'], [2, 'failed']), null)
  t.equal(verdict({ failuresInARow: 3 }, [3, 'failed']), 'in-a-row')
})

t.test('what is forgotten or long past does not count', async (t) => {
  const judge = new WindowJudge({ ...RULE, failuresInARow: 20 })
  for (let i = 0; i < 9; i++) t.equal(judge.note('failed', 0), null)
  judge.forget()
  for (let i = 0; i < 9; i++) t.equal(judge.note('failed', 100), null)
  t.equal(judge.note('failed', 20_000), null)
  for (let i = 0; i < 8; i++) t.equal(judge.note('failed', 20_000), null)
  t.equal(judge.note('failed', 20_000), 'failure-ratio')
})
