import t from 'tap'
import {
  atStep,
  ended,
  isLive,
  type LiveShift,
  nextMove,
  ShiftsSchema,
  sharesAt,
  sharesBack,
  shiftText,
  stepsAhead,
} from '../../../../control/domain/shift.ts'
import { validate } from '../../../../edge/contract/validate.ts'

const limits = { minRequests: 50, maxErrorRatioMore: 0.01, maxLatencyRatio: 1.5, latencyQuantile: 0.95 }
const shift: LiveShift = {
  route: 'shop',
  group: 'next',
  steps: [10, 50, 100],
  stepMs: 1_000,
  limits,
  before: { control: 80, next: 0, zone: 20 },
  owner: 'ann',
  reason: 'v2',
  startedAtMs: 0,
  stage: { state: 'running', step: 0, sinceMs: 100, seq: 7 },
}
const verdict = (kind: 'too-few' | 'well' | 'doubtful' | 'worse') => ({ kind, because: `it is ${kind}` })
const paused: LiveShift = { ...shift, stage: { ...shift.stage, state: 'paused' } }
const last: LiveShift = atStep(shift, 2, 9, 100)

t.test('a step that was long enough and fares well is followed by the next, and the last by the end', async (t) => {
  t.same(nextMove(shift, verdict('well'), 1_099), { kind: 'stay' })
  t.same(nextMove(shift, verdict('well'), 1_100), { kind: 'step', step: 1 })
  t.same(nextMove(last, verdict('well'), 1_100), { kind: 'done', because: 'it is well' })
})

t.test('what is doubtful, or has too few requests, stays however long', async (t) => {
  for (const kind of ['doubtful', 'too-few'] as const) t.same(nextMove(shift, verdict(kind), 1e9), { kind: 'stay' }, kind)
})

t.test('what is worse goes back at once, also from a pause, in which nothing else happens', async (t) => {
  t.same(nextMove(shift, verdict('worse'), 101), { kind: 'return', because: 'it is worse' })
  t.same(nextMove(paused, verdict('worse'), 101), { kind: 'return', because: 'it is worse' })
  t.same(nextMove(paused, verdict('well'), 1e9), { kind: 'stay' })
})

t.test('a switch goes by the clock alone', async (t) => {
  const bare = { ...shift, limits: null }
  t.same(nextMove(bare, verdict('worse'), 1_100), { kind: 'step', step: 1 })
  t.same(nextMove({ ...last, limits: null }, verdict('too-few'), 1_100), { kind: 'done', because: 'all steps are done' })
})

t.test('shares of a step come from all others alike; what was bad goes back to nothing, a switch to what was', async (t) => {
  t.same(sharesAt(shift, 1), { control: 40, zone: 10, next: 50 })
  t.same(sharesBack(shift), { control: 80, zone: 20, next: 0 })
  t.same(sharesBack({ ...shift, before: { control: 90, next: 10 } }), { control: 100, next: 0 })
  t.same(sharesBack({ ...shift, limits: null, before: { control: 90, next: 10 } }), { control: 90, next: 10 })
  t.same(stepsAhead([1, 5, 25], 5), [25])
})

t.test('why it stays, or is over, is told', async (t) => {
  t.equal(shiftText(shift, verdict('well'), 600), '1 s of this step are left; it is well')
  t.equal(shiftText(shift, verdict('doubtful'), 5_000), 'it is doubtful')
  t.equal(shiftText(paused, verdict('well'), 5_000), 'paused by an operator; it is well')
  const over = ended(shift, 'returned', 'too slow', 5_000)
  t.equal(isLive(over), false)
  t.equal(shiftText(over, verdict('well'), 5_000), 'too slow')
  t.equal(validate(ShiftsSchema, JSON.parse(JSON.stringify([shift, over, { ...shift, limits: null }]))).ok, true, 'and it is kept as it is')
})
