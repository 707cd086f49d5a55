import t from 'tap'
import { makeRegistries } from '../../support/exchange-maker.ts'

t.test('what outlives a snapshot is found again by its key', async (t) => {
  const { peers, cells } = makeRegistries()
  const peer = peers.obtain({ poolId: 'shop', address: '127.0.0.1:1' }, 1)
  t.equal(peers.obtain({ poolId: 'shop', address: '127.0.0.1:1' }, 3), peer)
  t.not(peers.obtain({ poolId: 'other', address: '127.0.0.1:1' }, 1), peer)
  t.ok(cells.capacity >= 1_024)
})
