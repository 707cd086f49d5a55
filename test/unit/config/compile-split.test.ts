import t from 'tap'
import { compileShares, withSplit } from '../../../edge/config/compile-split.ts'
import { Line, toldOf } from '../../support/exchange-maker.ts'

const pool = { peers: [{ address: '127.0.0.1:1' }] }
const ROUTE = {
  pool: 'a',
  crawlerPool: 'c',
  split: { groups: { x: { pool: 'b', percent: 10 }, y: { pool: 'c', percent: 20, cache: 'shared' } } },
}
const SITE = { pools: { a: pool, b: pool, c: pool }, routes: { shop: ROUTE, plain: { path: '/plain', pool: 'a' } } }
const line = new Line(SITE)
const { plans } = line.snapshot

t.test('each group is the route with another pool', async (t) => {
  const { split } = plans.get('shop')!
  t.same(
    split!.groups.map(({ id, plan }) => [id, plan.id, plan.pool, plan.crawlerPool, plan.key.group]),
    [
      ['control', 'shop', 'a', 'c', null],
      ['x', 'shop', 'b', null, 'x'],
      ['y', 'shop', 'c', null, null],
    ],
  )
  t.same(split!.percents, [70, 10, 20])
  t.equal(plans.get('plain')!.split, null)
  t.equal(withSplit(plans.get('plain')!, undefined, line.registries), plans.get('plain'))
})

t.test('routes that lead to the same pools draw by the same numbers; groups of one pool do not', async (t) => {
  const two = { split: { groups: { x: { pool: 'b' } } } }
  const same = { pool: 'a', split: { groups: { x: { pool: 'a' } } } }
  const { plans } = new Line({ ...SITE, routes: { one: { pool: 'a', path: '/1', ...two }, two: { pool: 'a', path: '/2', ...two }, same } })
    .snapshot
  t.same(plans.get('one')!.split!.salts, plans.get('two')!.split!.salts)
  t.equal(new Set(plans.get('same')!.split!.salts).size, 2)
})

t.test('shares that stand are one per group, and what is left is of the control group', async (t) => {
  const standing = { owner: 'ops', reason: 'why', setAtMs: 1 }
  const weights = [
    { route: 'shop', percents: { y: 30, gone: 50 }, ...standing },
    { route: 'plain', percents: { x: 1 }, ...standing },
    { route: 'gone', percents: { x: 1 }, ...standing },
    { route: 'constructor', percents: {}, ...standing },
  ]
  const shares = compileShares(toldOf(SITE).site, { seq: 1, switches: [], overrides: [], weights })
  t.same([...shares], [['shop', { percents: [70, 0, 30], untilMs: Number.POSITIVE_INFINITY, owner: 'ops', reason: 'why' }]])
  t.same([...compileShares(toldOf(SITE).site, { seq: 1, switches: [], overrides: [] })], [], 'a board of an older control plane has none')
})
