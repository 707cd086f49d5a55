import t from 'tap'
import { setSwitch } from '../../../../control/domain/switches.ts'
import { clearWeights, setWeights, WeightsOrderSchema, weightsOf, withWeights } from '../../../../control/domain/weights.ts'
import { EMPTY_SWITCHBOARD, type Switchboard, SwitchboardSchema } from '../../../../edge/contract/switchboard.ts'
import { validate } from '../../../../edge/contract/validate.ts'
import { splitSite } from './split-site.ts'

const site = splitSite()
const by = { owner: 'ann', nowMs: 1_000 }
const order = (percents: Record<string, number>, more: object = {}) => ({ route: 'shop', percents, reason: 'why', ...more })

function changed(change: ReturnType<typeof setWeights>): Switchboard {
  if (change.kind !== 'changed') throw new Error(JSON.stringify(change))
  return change.board
}

t.test('shares that are set have an owner, and groups that are not named keep theirs', async (t) => {
  const board = changed(setWeights(EMPTY_SWITCHBOARD, site, order({ next: 25 }), by))
  const set = { route: 'shop', percents: { next: 25, zone: 10 }, owner: 'ann', reason: 'why', setAtMs: 1_000 }
  t.same(board, { seq: 1, switches: [], overrides: [], weights: [set] })
  t.equal(validate(SwitchboardSchema, board).ok, true, 'it is what edges take')
  const again = changed(setWeights(board, site, order({ zone: 0 }, { forMs: 5_000 }), by))
  t.same(again.weights, [{ ...set, percents: { next: 25, zone: 0 }, expiresAtMs: 6_000 }])
})

t.test('what cannot be is refused with its place', async (t) => {
  const cases: readonly (readonly [object, RegExp, RegExp])[] = [
    [order({ next: 91 }), /^\/percents$/, /share 101/],
    [order({ gone: 1 }), /^\/percents\/gone$/, /there is next, zone/],
    [order({ control: 50 }), /control/, /what the others leave/],
    [{ ...order({}), route: 'plain' }, /routes\/plain/, /no route "plain" with groups/],
    [{ ...order({}), route: 'constructor' }, /routes\/constructor/, /no route/],
  ]
  for (const [wanted, pointer, message] of cases) {
    t.match(setWeights(EMPTY_SWITCHBOARD, site, wanted as ReturnType<typeof order>, by), {
      kind: 'refused',
      problems: [{ pointer, message }],
    })
  }
  t.equal(validate(WeightsOrderSchema, { percents: { next: 101 }, reason: 'x' }).ok, false)
  t.equal(validate(WeightsOrderSchema, { percents: { next: -1 }, reason: 'x' }).ok, false)
})

t.test('they are taken back, and a switch that is set meanwhile leaves them', async (t) => {
  const board = changed(setWeights(EMPTY_SWITCHBOARD, site, order({ next: 25 }), by))
  const wanted = { id: 'x', routes: ['shop'], clients: 'all', mode: 'closed', reason: 'r', forMs: 5_000 } as const
  const switched = changed(setSwitch(board, site, { ...wanted, routes: [...wanted.routes] }, by))
  t.same(switched.weights, board.weights)
  const cleared = changed(clearWeights(switched, 'shop', 1_001))
  t.equal('weights' in cleared, false, 'so that an older edge reads the board')
  t.equal(cleared.seq, 3)
  t.equal(clearWeights(cleared, 'shop', 1_001).kind, 'absent')
})

t.test('there is no more room than on the board', async (t) => {
  const many = Array.from({ length: 1_000 }, (_, index) => weightsOf(`r${index}`, { control: 100 }, by, 'x'))
  t.equal(withWeights({ ...EMPTY_SWITCHBOARD, weights: many }, weightsOf('new', { control: 100 }, by, 'x'), 0).kind, 'refused')
  t.equal(withWeights({ ...EMPTY_SWITCHBOARD, weights: many }, weightsOf('r7', { control: 100 }, by, 'x'), 0).kind, 'changed')
})
