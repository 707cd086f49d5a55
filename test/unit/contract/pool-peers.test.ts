import t from 'tap'
import { peersByPool } from '../../../edge/contract/pool-peers.ts'
import { toldOf } from '../../support/exchange-maker.ts'

t.test('a pool has its own peers and what was discovered for it, each address once and as the configuration has it', async (t) => {
  const { site } = toldOf({
    pools: {
      shop: { peers: [{ address: 'a:1', weight: 5 }], discover: { service: 'shop' } },
      other: { discover: { service: 'shop' }, subset: { tags: ['v2'] } },
    },
  })
  const peers = [
    { address: 'a:1', weight: 1 },
    { address: 'b:1', weight: 1, tags: ['v2'] },
  ]
  const found = new Map(peersByPool(site.pools, { seq: 1, services: [{ service: 'shop', seenAtMs: 1, peers }] }))
  t.same(
    found.get('shop')!.peers.map(({ address, weight }) => [address, weight]),
    [
      ['a:1', 5],
      ['b:1', 1],
    ],
  )
  t.same(
    found.get('other')!.peers.map(({ address }) => address),
    ['b:1'],
  )
})
