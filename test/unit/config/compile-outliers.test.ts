import t from 'tap'
import { Peer } from '../../../edge/balance/peer.ts'
import { outliersOf } from '../../../edge/config/compile-outliers.ts'
import { EjectionSchema } from '../../../edge/contract/pool.ts'
import { accepted } from '../contract/accepts.ts'

const ruleOf = (rule: object) => accepted(EjectionSchema, rule)

t.test('peers have a window only where a rule asks for it, and keep it while its length stays', async (t) => {
  const peer = new Peer('a:1', 1)
  t.equal(outliersOf(ruleOf({}), [peer]), null)
  t.equal(peer.window, null)
  t.not(outliersOf(ruleOf({ failureRatio: 0.5 }), [peer]), null)
  const { window } = peer
  window!.failed(1)
  t.not(outliersOf(ruleOf({ slowFactor: 3 }), [peer]), null)
  t.equal(peer.window, window)
  outliersOf(ruleOf({ slowFactor: 3, windowMs: 20_000 }), [peer])
  t.not(peer.window, window)
  outliersOf(ruleOf({}), [peer])
  t.equal(peer.window, null)
})
