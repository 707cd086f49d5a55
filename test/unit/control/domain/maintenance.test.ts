import t from 'tap'
import { type DrainOrder, DrainOrderSchema, drainPeer, type PoolWorld, restorePeer } from '../../../../control/domain/maintenance.ts'
import { MAX_STANDING } from '../../../../control/domain/switches.ts'
import { EMPTY_SWITCHBOARD, type Switchboard, SwitchboardSchema } from '../../../../edge/contract/switchboard.ts'
import { validate } from '../../../../edge/contract/validate.ts'
import { toldOf } from '../../../support/exchange-maker.ts'
import { accepted } from '../../contract/accepts.ts'

const { site } = toldOf({
  pools: {
    shop: { peers: [{ address: 'a:1' }, { address: 'b:1' }], discover: { service: 'shop' } },
    blog: { peers: [{ address: 'a:1' }] },
    empty: { discover: { service: 'none' } },
  },
})
const endpoints = { seq: 1, services: [{ service: 'shop', seenAtMs: 1, peers: [{ address: 'c:1', weight: 1 }] }] }
const world = (troubles: PoolWorld['troubles'] = []): PoolWorld => ({ site, endpoints, troubles })
const order = (more: Partial<DrainOrder> = {}): DrainOrder =>
  accepted(DrainOrderSchema, { pool: 'shop', address: 'a:1', reason: 'new disk', forMs: 60_000, ...more })
const by = { owner: 'ann', nowMs: 1_000 }
const outIn = (pool: string, peer: string, kind: string) => ({ kind, pool, peer, cause: 'x', edges: ['e1'] })

function drained(board: Switchboard, more: Partial<DrainOrder> = {}, of = world()): Switchboard {
  const change = drainPeer(board, of, order(more), by)
  if (change.kind !== 'changed') throw new Error(JSON.stringify(change))
  return change.board
}

t.test('a peer is taken out with owner, reason and term, and put back by the same words', async (t) => {
  const board = drained(EMPTY_SWITCHBOARD)
  t.same(board.maintenance, [{ pool: 'shop', address: 'a:1', reason: 'new disk', owner: 'ann', setAtMs: 1_000, expiresAtMs: 61_000 }])
  t.equal(validate(SwitchboardSchema, board).ok, true, 'it is what edges take')
  t.same(drained(board, { forMs: 5_000 }).maintenance?.length, 1, 'taking it out again changes its term')
  t.match(restorePeer(board, { address: 'a:1' }, 2_000), { kind: 'absent' }, 'it was not taken out of all pools')
  t.same(restorePeer(board, { pool: 'shop', address: 'a:1' }, 2_000), { kind: 'changed', board: { ...EMPTY_SWITCHBOARD, seq: 2 } })
  t.match(restorePeer(board, { pool: 'shop', address: 'a:1' }, 61_000), { kind: 'absent' }, 'by then it is back by itself')
})

t.test('discovered peers can be taken out; who is in no pool cannot', async (t) => {
  t.equal(drained(EMPTY_SWITCHBOARD, { address: 'c:1' }).maintenance?.length, 1)
  const problemOf = (more: Partial<DrainOrder>) => {
    const change = drainPeer(EMPTY_SWITCHBOARD, world(), order(more), by)
    return change.kind === 'refused' ? change.problems[0] : change.kind
  }
  t.match(problemOf({ address: 'z:1' }), { pointer: '/address', message: 'the pool "shop" has no peer "z:1"; it has a:1, b:1, c:1' })
  t.match(problemOf({ pool: 'empty' }), { message: /it has none$/ })
  t.match(problemOf({ pool: 'shpo' }), { pointer: '/pool', message: 'the site has no pool "shpo"' })
  const everywhere = drainPeer(EMPTY_SWITCHBOARD, world(), { ...order(), pool: undefined, address: 'z:1' } as unknown as DrainOrder, by)
  t.match(everywhere, { kind: 'refused', problems: [{ message: 'no pool has a peer "z:1"' }] })
})

t.test('the last usable peer of a pool is taken out only when that is said', async (t) => {
  const last = drainPeer(EMPTY_SWITCHBOARD, world(), order({ pool: 'blog' }), by)
  t.match(last, { kind: 'refused', problems: [{ message: /"a:1" is the last usable peer of the pool "blog": it has no other peer/ }] })
  t.equal(drained(EMPTY_SWITCHBOARD, { pool: 'blog', lastPeer: 'allow' }).maintenance?.length, 1)
  const b = drained(EMPTY_SWITCHBOARD, { address: 'b:1' })
  t.match(drainPeer(b, world([outIn('shop', 'c:1', 'unhealthy')]), order(), by), {
    kind: 'refused',
    problems: [{ message: /all its other peers are out already/ }],
  })
  t.equal(drainPeer(b, world([outIn('shop', 'c:1', 'queue-full'), outIn('blog', 'c:1', 'ejected')]), order(), by).kind, 'changed')
  const { pool: _, ...everywhere } = order()
  t.match(drainPeer(EMPTY_SWITCHBOARD, world(), everywhere, by), { kind: 'refused', problems: [{ message: /pool "blog"/ }] })
})

t.test('there is room for a thousand', async (t) => {
  const entry = { owner: 'a', reason: 'b', setAtMs: 1, expiresAtMs: 1_000_000 }
  const maintenance = Array.from({ length: MAX_STANDING }, (_, i) => ({ ...entry, address: `x:${i + 1}` }))
  t.match(drainPeer({ ...EMPTY_SWITCHBOARD, maintenance }, world(), order(), by), {
    kind: 'refused',
    problems: [{ message: /put one back/ }],
  })
})
