import t from 'tap'
import { PeerRegistry } from '../../../edge/balance/peer-registry.ts'

const A = { poolId: 'shop', address: '10.0.0.1:80' }
const B = { poolId: 'shop', address: '10.0.0.2:80' }

t.test('a peer keeps its state from one configuration to the next, and takes the new weight', async (t) => {
  const registry = new PeerRegistry(10)
  const peer = registry.obtain(A, 1)
  peer.consecutiveFailures = 3
  registry.retainIn('shop', [peer])
  const again = registry.obtain(A, 5)
  t.equal(again, peer)
  t.equal(again.consecutiveFailures, 3)
  t.equal(again.weight, 5)
})

t.test('the same address in another pool is another peer', async (t) => {
  const registry = new PeerRegistry(10)
  t.not(registry.obtain(A, 1), registry.obtain({ ...A, poolId: 'search' }, 1))
})

t.test('peers that no configuration names any more are forgotten', async (t) => {
  const registry = new PeerRegistry(10)
  const left = registry.obtain(A, 1)
  const stays = registry.obtain(B, 1)
  registry.retainIn('shop', [stays])
  t.equal(registry.size, 1)
  t.not(registry.obtain(A, 1), left)
})

t.test('a peer with requests in flight is remembered until they have ended', async (t) => {
  const registry = new PeerRegistry(10)
  const busy = registry.obtain(A, 1)
  busy.inFlight = 2
  registry.retainIn('shop', [])
  t.equal(registry.obtain(A, 1), busy)
  busy.inFlight = 0
  registry.retainIn('shop', [])
  t.equal(registry.size, 0)
})

t.test('the peers of a pool that is gone are forgotten, those of other pools are not', async (t) => {
  const registry = new PeerRegistry(10)
  registry.obtain(A, 1)
  const other = registry.obtain({ ...A, poolId: 'search' }, 1)
  registry.retainPools(new Set(['search']))
  t.equal(registry.size, 1)
  t.equal(registry.obtain({ ...A, poolId: 'search' }, 1), other)
})

t.test('what leaves makes room for what comes', async (t) => {
  const registry = new PeerRegistry(1)
  registry.obtain(A, 1)
  registry.retainIn('shop', [])
  const next = registry.obtain(B, 1)
  t.equal(registry.obtain(B, 1), next)
})

t.test('when the registry is full a new peer works without being remembered', async (t) => {
  const registry = new PeerRegistry(1)
  const first = registry.obtain(A, 1)
  const second = registry.obtain(B, 2)
  t.match(second, { address: B.address, weight: 2 })
  t.equal(registry.size, 1)
  t.equal(registry.obtain(A, 1), first)
  t.not(registry.obtain(B, 2), second)
})
