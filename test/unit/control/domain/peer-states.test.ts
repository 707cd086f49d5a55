import t from 'tap'
import { peerStates } from '../../../../control/domain/peer-states.ts'
import { EMPTY_SWITCHBOARD } from '../../../../edge/contract/switchboard.ts'
import { toldOf } from '../../../support/exchange-maker.ts'

const { site, endpoints } = toldOf({
  pools: { shop: { peers: [{ address: 'a:1' }, { address: 'b:1', weight: 3 }] }, blog: { peers: [{ address: 'a:1' }] } },
})
const entry = { owner: 'ann', reason: 'disk', setAtMs: 1, expiresAtMs: 2 }

t.test('peers stand with what operators and edges say of them, those that are not in order first', async (t) => {
  const troubles = [{ kind: 'ejected', pool: 'shop', peer: 'b:1', cause: 'x', edges: ['e1'] }]
  const board = { ...EMPTY_SWITCHBOARD, maintenance: [{ ...entry, address: 'a:1', pool: 'blog' }] }
  t.match(peerStates({ site, endpoints, troubles }, board, undefined), [
    { pool: 'shop', address: 'b:1', weight: 3, maintenance: null, troubles },
    { pool: 'blog', address: 'a:1', maintenance: { owner: 'ann' }, troubles: [] },
    { pool: 'shop', address: 'a:1', maintenance: null, troubles: [] },
  ])
  t.equal(peerStates({ site, endpoints, troubles }, board, 'blog').length, 1)
  const everywhere = { ...EMPTY_SWITCHBOARD, maintenance: [{ ...entry, address: 'a:1' }] }
  t.equal(peerStates({ site, endpoints, troubles: [] }, everywhere, undefined).filter(({ maintenance }) => maintenance !== null).length, 2)
  t.same(peerStates({ site: null, endpoints, troubles }, board, undefined), [])
})
