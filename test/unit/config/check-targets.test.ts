import t from 'tap'
import { checkTargets } from '../../../edge/config/check-targets.ts'
import { toldOf } from '../../support/exchange-maker.ts'

t.test('the peers of pools with a check are checked, discovered ones too, and no others', async (t) => {
  const told = toldOf({
    pools: {
      shop: { peers: [{ address: 'a:1' }], discover: { service: 'shop' }, scheme: 'https', healthCheck: { path: '/up' } },
      quiet: { peers: [{ address: 'c:1' }] },
    },
  })
  const endpoints = { seq: 1, services: [{ service: 'shop', seenAtMs: 1, peers: [{ address: 'b:1', weight: 1 }] }] }
  const targets = checkTargets({ ...told, endpoints })
  t.match(targets, [
    { pool: 'shop', address: 'a:1', scheme: 'https', check: { path: '/up', intervalMs: 5_000 } },
    { pool: 'shop', address: 'b:1' },
  ])
  t.equal(targets.length, 2)
})
