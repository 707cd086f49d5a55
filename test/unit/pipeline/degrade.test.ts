import t from 'tap'
import type { Switchboard } from '../../../edge/contract/switchboard.ts'
import { degrade } from '../../../edge/pipeline/degrade.ts'
import { Line, TWO_PEERS } from '../../support/exchange-maker.ts'

const NOW_MS = Date.UTC(2026, 0, 1)

function switched(expiresAtMs: number): Switchboard {
  const standing = { owner: 'ops', reason: 'load', setAtMs: 1, expiresAtMs }
  return { seq: 1, switches: [{ id: 'sale', routes: [], clients: 'all', mode: 'cache-only', ...standing }], overrides: [] }
}

t.test('as usual nothing is noted', async (t) => {
  const line = new Line()
  const { asked, x } = line.asked()
  t.equal(degrade(asked, x), 'normal')
  t.match(x.why, { mode: 'normal', switchId: '' })
})

t.test('a switch sets the mode, until it ends by the clock of the edge', async (t) => {
  const line = new Line(TWO_PEERS, { switchboard: switched(NOW_MS + 1_000) })
  const during = line.asked()
  t.equal(degrade(during.asked, during.x), 'cache-only')
  t.match(during.x.why, { mode: 'cache-only', switchId: 'sale' })
  t.equal(line.metrics.value('weir_degraded_total', ['all', 'cache-only']), 1)
  line.clock.advance(1_000)
  const after = line.asked()
  t.equal(degrade(after.asked, after.x), 'normal')
})

t.test('what a route plans for crawlers is noted as its plan', async (t) => {
  const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', degrade: { crawlers: 'closed' } } } })
  const { asked, x } = line.asked({ headers: { 'User-Agent': 'Googlebot/2.1' } })
  t.equal(degrade(asked, x), 'closed')
  t.equal(x.why.switchId, 'plan')
})
