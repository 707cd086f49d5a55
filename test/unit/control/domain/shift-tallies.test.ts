import t from 'tap'
import type { Shift } from '../../../../control/domain/shift.ts'
import { newShift } from '../../../../control/domain/shift-order.ts'
import { ShiftTallies } from '../../../../control/domain/shift-tallies.ts'
import { splitSite } from './split-site.ts'

const ground = { site: splitSite(), shares: { control: 90, next: 0, zone: 10 }, owner: 'ann', nowMs: 5 }
const made = newShift('shop', { kind: 'canary', reason: 'v2' }, ground)
if (made.kind !== 'made') throw new Error(made.because)
const shift: Shift = { ...made.shift, stage: { ...made.shift.stage, seq: 7 } }
const shiftOf = (route: string) => (route === 'shop' ? shift : undefined)

function beat(switchSeq: number, group: string, requests: number, route = 'shop') {
  const have = { revision: 1, switchSeq, endpointSeq: 0 }
  return { have, groups: [{ route, group, requests, failures: 1, times: [requests] }] }
}

t.test('figures of the group and of the control group are added up; of others, and of other routes, nothing is kept', async (t) => {
  const tallies = new ShiftTallies()
  for (const said of [beat(7, 'next', 5), beat(8, 'next', 3), beat(7, 'control', 2), beat(7, 'zone', 9), beat(7, 'next', 9, 'cart')]) {
    tallies.hear(said, shiftOf)
  }
  t.match(tallies.of('shop'), { group: { requests: 8, failures: 2, times: [8] }, control: { requests: 2 } })
  t.equal(tallies.of('cart').group.requests, 0)
  t.match(tallies.verdict(shift), { kind: 'too-few' })
  t.match(tallies.verdict({ ...shift, limits: null }), { kind: 'well' })
})

t.test('an edge that does not have the step yet speaks of another', async (t) => {
  const tallies = new ShiftTallies()
  tallies.hear(beat(6, 'next', 5), shiftOf)
  t.equal(tallies.of('shop').group.requests, 0)
})

t.test('a new step counts anew, but for a control group that gets nothing any more', async (t) => {
  const tallies = new ShiftTallies()
  const hear = () => [beat(7, 'next', 5), beat(7, 'control', 2)].map((said) => tallies.hear(said, shiftOf))
  hear()
  tallies.restart('shop', false)
  t.match(tallies.of('shop'), { group: { requests: 0 }, control: { requests: 2 } })
  hear()
  tallies.restart('shop', true)
  t.match(tallies.of('shop'), { group: { requests: 0 }, control: { requests: 0 } })
  hear()
  tallies.forget('shop')
  t.equal(tallies.of('shop').control.requests, 0)
})
