import t from 'tap'
import {
  clearOverride,
  clearSwitch,
  inForce,
  MAX_STANDING,
  OverrideOrderSchema,
  SwitchOrderSchema,
  setOverride,
  setSwitch,
} from '../../../../control/domain/switches.ts'
import { SiteSchema } from '../../../../edge/contract/site.ts'
import { EMPTY_SWITCHBOARD, MAX_STANDING_MS, type Switchboard, SwitchboardSchema } from '../../../../edge/contract/switchboard.ts'
import { validate } from '../../../../edge/contract/validate.ts'

const read = validate(SiteSchema, { routes: { cart: {}, shop: {} }, limits: { api: { rate: '10/s' } } })
if (!read.ok) throw new Error('the site of this test is not valid')
const site = read.value

const by = { owner: 'ann', nowMs: 1_000 }
const order = { routes: ['cart'], clients: 'all', mode: 'closed', reason: 'sale', forMs: 60_000 } as const
const wanted = (id: string, more: object = {}) => ({ id, ...order, routes: [...order.routes], ...more })

function changed(change: ReturnType<typeof setSwitch>): Switchboard {
  if (change.kind !== 'changed') throw new Error(`it is ${change.kind}`)
  return change.board
}

t.test('a switch that is set has its owner, its term, and a new sequence number', async (t) => {
  const board = changed(setSwitch(EMPTY_SWITCHBOARD, site, wanted('sale'), by))
  t.same(board, {
    seq: 1,
    switches: [
      { id: 'sale', routes: ['cart'], clients: 'all', mode: 'closed', reason: 'sale', owner: 'ann', setAtMs: 1_000, expiresAtMs: 61_000 },
    ],
    overrides: [],
  })
  t.equal(validate(SwitchboardSchema, board).ok, true, 'it is what edges take')
})

t.test('setting a switch again replaces it', async (t) => {
  const once = changed(setSwitch(EMPTY_SWITCHBOARD, site, wanted('sale'), by))
  const twice = changed(setSwitch(once, site, wanted('sale', { mode: 'fallback' }), by))
  t.equal(twice.seq, 2)
  t.same(
    twice.switches.map(({ mode }) => mode),
    ['fallback'],
  )
})

t.test('a route that the site does not have is refused at its place', async (t) => {
  const change = setSwitch(EMPTY_SWITCHBOARD, site, wanted('sale', { routes: ['cart', 'crat'] }), by)
  t.match(change, { kind: 'refused', problems: [{ pointer: '/routes/1', message: /no route "crat"/ }] })
  t.match(setSwitch(EMPTY_SWITCHBOARD, site, wanted('sale', { routes: ['constructor'] }), by), { kind: 'refused' })
})

t.test('a switch for every route can be set before there is a site', async (t) => {
  t.equal(setSwitch(EMPTY_SWITCHBOARD, null, wanted('all', { routes: [] }), by).kind, 'changed')
  t.equal(setSwitch(EMPTY_SWITCHBOARD, null, wanted('one'), by).kind, 'refused')
})

t.test('a switch is cleared by its name, and an unknown name is absent', async (t) => {
  const board = changed(setSwitch(EMPTY_SWITCHBOARD, site, wanted('sale'), by))
  t.same(changed(clearSwitch(board, 'sale', 2_000)), { seq: 2, switches: [], overrides: [] })
  t.same(clearSwitch(board, 'other', 2_000), { kind: 'absent' })
})

t.test('what has expired is dropped by the next change and cannot be cleared any more', async (t) => {
  const board = changed(setSwitch(EMPTY_SWITCHBOARD, site, wanted('sale'), by))
  t.equal(inForce(board, 60_999).switches.length, 1)
  t.equal(inForce(board, 61_000).switches.length, 0, 'the end itself is no longer in force')
  t.same(clearSwitch(board, 'sale', 61_000), { kind: 'absent' })
  const next = changed(setSwitch(board, site, wanted('new'), { owner: 'ann', nowMs: 61_000 }))
  t.same(
    next.switches.map(({ id }) => id),
    ['new'],
  )
})

t.test('the board does not grow beyond its bound, but what stands can still be replaced', async (t) => {
  const switches = Array.from({ length: MAX_STANDING }, (_, index) => ({
    ...wanted(`s${index}`),
    owner: 'ann',
    setAtMs: 0,
    expiresAtMs: 99_999,
  }))
  const full = { seq: 7, switches, overrides: [] }
  t.match(setSwitch(full, site, wanted('one-more'), by), { kind: 'refused', problems: [{ message: /already stand/ }] })
  t.equal(changed(setSwitch(full, site, wanted('s3'), by)).switches.length, MAX_STANDING)
})

t.test('a limit is overridden and given back; a limit that the site does not have is refused', async (t) => {
  const override = { limit: 'api', rate: '5/s', burst: 9, reason: 'attack', forMs: 1_000 }
  const board = changed(setOverride(EMPTY_SWITCHBOARD, site, override, by))
  t.same(board.overrides, [{ limit: 'api', rate: '5/s', burst: 9, reason: 'attack', owner: 'ann', setAtMs: 1_000, expiresAtMs: 2_000 }])
  t.equal(changed(clearOverride(board, 'api', 1_500)).overrides.length, 0)
  t.same(clearOverride(board, 'other', 1_500), { kind: 'absent' })
  t.match(setOverride(EMPTY_SWITCHBOARD, site, { ...override, limit: 'apo' }, by), {
    kind: 'refused',
    problems: [{ pointer: '/limits/apo' }],
  })
})

t.test('an order without an end, or with one too far away, is not valid', async (t) => {
  const { forMs: _, ...endless } = order
  t.equal(validate(SwitchOrderSchema, order).ok, true)
  t.equal(validate(SwitchOrderSchema, endless).ok, false)
  t.equal(validate(SwitchOrderSchema, { ...order, forMs: MAX_STANDING_MS + 1 }).ok, false)
  t.equal(validate(SwitchOrderSchema, { ...order, reason: '' }).ok, false, 'nor is one without a reason')
  t.equal(validate(OverrideOrderSchema, { rate: '5/s', reason: 'x', forMs: MAX_STANDING_MS + 1 }).ok, false)
})
