import t from 'tap'
import { newShift } from '../../../../control/domain/shift-order.ts'
import { shiftTroubles } from '../../../../control/domain/shift-troubles.ts'
import { splitSite } from './split-site.ts'

const site = splitSite()
const made = newShift('shop', { kind: 'canary', reason: 'v2' }, { site, shares: { control: 100, next: 0 }, owner: 'ann', nowMs: 0 })
if (made.kind !== 'made') throw new Error(made.because)
const { shift } = made
const told = 'some reason'
const kindsOf = (more: object, nowMs = 0) => shiftTroubles([{ ...shift, told, ...more }], site, nowMs).map(({ kind }) => kind)

t.test('a canary that came back, or goes no further, is a trouble of its pool', async (t) => {
  const returned = { stage: { state: 'returned', atMs: 1, because: told } as const }
  t.same(shiftTroubles([{ ...shift, told, ...returned }], site, 0), [
    { kind: 'canary-returned', pool: 'v2', cause: 'route shop: some reason', edges: [] },
  ])
  t.same(kindsOf({}), [])
  t.same(kindsOf({}, shift.stepMs), ['canary-held'])
  t.same(kindsOf({ stage: { ...shift.stage, state: 'paused' } }), ['canary-held'])
  t.same(kindsOf({ stage: { state: 'done', atMs: 1, because: '' } }), [])
})

t.test('a switch that nobody judges, and a group that the site has no longer, are none', async (t) => {
  t.same(kindsOf({ limits: null }, shift.stepMs), [])
  t.same(kindsOf({ group: 'gone' }, shift.stepMs), [])
  t.same(shiftTroubles([{ ...shift, told }], null, shift.stepMs), [])
})
