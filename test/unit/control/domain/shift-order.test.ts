import t from 'tap'
import { type NewShift, newShift } from '../../../../control/domain/shift-order.ts'
import { CANARY, splitSite } from './split-site.ts'

const site = splitSite()
const ground = { site, shares: { control: 90, next: 0, zone: 10 }, owner: 'ann', nowMs: 5 }
const make = (order: NewShift, route = 'shop', more: object = {}) => newShift(route, order, { ...ground, ...more })
const canary: NewShift = { kind: 'canary', reason: 'v2' }
const switchTo = (to: string, steps = [10, 50, 100]): NewShift => ({ kind: 'switch', to, steps, stepMs: 1_000, reason: 'r' })

t.test('a canary is by the rule of its route', async (t) => {
  const { steps, stepMs } = CANARY
  t.match(make(canary), {
    kind: 'made',
    shift: { route: 'shop', group: 'next', steps, stepMs, limits: { minRequests: 20 }, before: ground.shares },
  })
})

t.test('a switch begins above what the group has', async (t) => {
  t.match(make(switchTo('zone')), { kind: 'made', shift: { group: 'zone', steps: [50, 100], limits: null, owner: 'ann' } })
  t.match(make(switchTo('control')), { kind: 'made', shift: { group: 'control', steps: [100] } })
})

t.test('what cannot be is refused in a sentence', async (t) => {
  const shares = { control: 100, zone: 0 }
  t.match(make(canary, 'cart', { shares }), { kind: 'refused', because: /has no canary/ })
  t.match(make(canary, 'plain', { shares: null }), { kind: 'refused', because: /no route "plain" with groups/ })
  t.match(make(canary, 'shop', { site: null }), { kind: 'refused' })
  t.match(make(switchTo('gone')), { kind: 'refused', because: /no group "gone"; there is control, next, zone/ })
  t.match(make(switchTo('constructor')), { kind: 'refused' })
  t.match(make(switchTo('zone', [50, 20])), { kind: 'refused', because: /more than the one before/ })
  t.match(make(switchTo('control', [50, 90])), { kind: 'refused', because: /has 90 % already/ })
})
