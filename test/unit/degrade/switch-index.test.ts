import t from 'tap'
import { EMPTY_SWITCHBOARD, type Override, type Switch } from '../../../edge/contract/switchboard.ts'
import { compileSwitches, NORMAL, type SwitchIndex } from '../../../edge/degrade/switch-index.ts'

const NOW_MS = 1_000_000
const standing = { owner: 'ada', reason: 'a test', setAtMs: 1, expiresAtMs: NOW_MS + 1 }
const flip = (id: string, part: Partial<Switch> = {}): Switch => ({
  id,
  routes: [],
  clients: 'all',
  mode: 'cache-only',
  ...standing,
  ...part,
})
const override = (part: Partial<Override>): Override => ({ limit: 'api', rate: '10/s', ...standing, ...part })
const indexOf = (switches: Switch[], overrides: Override[] = []): SwitchIndex => compileSwitches({ seq: 1, switches, overrides })
const idOf = (index: SwitchIndex, route = 'cart', nowMs = NOW_MS): string | undefined => index.modeOf(route, 'person', nowMs).by?.id

t.test('without switches the mode is normal', async (t) => {
  t.equal(compileSwitches(EMPTY_SWITCHBOARD).modeOf('cart', 'person', NOW_MS), NORMAL)
})

t.test('a switch sets its routes, and all routes when it names none', async (t) => {
  t.same(indexOf([flip('a', { routes: ['cart'] })]).modeOf('cart', 'person', NOW_MS).mode, 'cache-only')
  t.equal(idOf(indexOf([flip('a', { routes: ['cart'] })]), 'home'), undefined)
  t.equal(idOf(indexOf([flip('a')]), 'home'), 'a')
})

t.test('a switch touches the clients it names', async (t) => {
  const index = indexOf([flip('p', { clients: 'people', mode: 'fallback' }), flip('c', { clients: 'crawlers', mode: 'closed' })])
  t.equal(index.modeOf('cart', 'person', NOW_MS).by?.id, 'p')
  t.equal(index.modeOf('cart', 'crawler', NOW_MS).by?.id, 'c')
  t.equal(indexOf([flip('a')]).modeOf('cart', 'crawler', NOW_MS).by?.id, 'a')
})

t.test('the severest switch stands, whether it names the route or not', async (t) => {
  const mild = flip('mild', { routes: ['cart'] })
  t.equal(idOf(indexOf([mild, flip('severe', { mode: 'closed' })])), 'severe')
  t.equal(idOf(indexOf([flip('severe', { mode: 'closed', routes: ['cart'] }), flip('mild')])), 'severe')
  t.equal(idOf(indexOf([mild, flip('middle', { mode: 'fallback', routes: ['cart'] })])), 'middle')
})

t.test('of equally severe switches the one set last stands, then the lower id', async (t) => {
  t.equal(idOf(indexOf([flip('a', { setAtMs: 5 }), flip('b', { setAtMs: 6 })])), 'b')
  t.equal(idOf(indexOf([flip('wide', { setAtMs: 6 }), flip('narrow', { setAtMs: 5, routes: ['cart'] })])), 'wide')
  t.equal(idOf(indexOf([flip('b'), flip('a', { routes: ['cart'] })])), 'a')
})

t.test('a switch goes out at its date by itself, and the next one stands', async (t) => {
  const index = indexOf([flip('severe', { mode: 'closed', expiresAtMs: NOW_MS }), flip('mild')])
  t.equal(idOf(index, 'cart', NOW_MS - 1), 'severe')
  t.equal(idOf(index, 'cart', NOW_MS), 'mild')
  t.equal(index.modeOf('cart', 'person', NOW_MS + 1), NORMAL)
})

t.test('the answer names the switch itself, with its owner and reason', async (t) => {
  const entry = flip('a')
  t.equal(indexOf([entry]).modeOf('cart', 'person', NOW_MS).by, entry)
})

t.test('switches in force are told as they stand in the switchboard', async (t) => {
  const index = indexOf([flip('b'), flip('over', { expiresAtMs: NOW_MS }), flip('a', { mode: 'closed' })])
  t.same(
    index.activeSwitches(NOW_MS).map((entry) => entry.id),
    ['b', 'a'],
  )
})

t.test('an override stands for its limit until its date', async (t) => {
  const index = indexOf([], [override({})])
  t.equal(index.activeOverride('api', NOW_MS)?.rate, '10/s')
  t.equal(index.activeOverride('api', NOW_MS + 1), null)
  t.equal(index.activeOverride('other', NOW_MS), null)
})

t.test('of several overrides the one set last stands', async (t) => {
  const index = indexOf(
    [],
    [
      override({ rate: '1/s', setAtMs: 1 }),
      override({ rate: '3/s', setAtMs: 3, expiresAtMs: NOW_MS }),
      override({ rate: '2/s', setAtMs: 2 }),
    ],
  )
  t.equal(index.activeOverride('api', NOW_MS - 1)?.rate, '3/s')
  t.equal(index.activeOverride('api', NOW_MS)?.rate, '2/s')
})

t.test('a switchboard is not changed by making it ready', async (t) => {
  const switches = Object.freeze([flip('b'), flip('a', { mode: 'closed' })]) as Switch[]
  indexOf(switches)
  t.same(
    switches.map((entry) => entry.id),
    ['b', 'a'],
  )
})
