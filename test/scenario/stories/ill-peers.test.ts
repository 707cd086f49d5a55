// Peers that are ill and not dead: every other request fails, bodies break off, or all take long. They are left out by what requests
// meet, and no more of them than the cap allows.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { type OriginScript, startOrigin } from '../../support/origin.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

/** An edge before three origins of which the first does as the script says. */
async function startWith(t: Scope, first: OriginScript, ejection: object) {
  const origins = [await startOrigin(t, first), await startOrigin(t, { body: 'b' }), await startOrigin(t, { body: 'c' })]
  const peers = origins.map(({ port }) => ({ address: `127.0.0.1:${port}` }))
  const pool = { peers, balance: 'round-robin', ejection: { consecutiveFailures: 1_000, baseEjectionMs: 60_000, ...ejection } }
  const edge = await startEdge(t, { site: { pools: { shop: pool }, routes: { pages: { pool: 'shop', cache: { store: 'off' } } } } })
  const ejected = (rule: string) => edge.metric('weir_peer_ejections_total', { pool: 'shop', rule })
  /** Visits until the first peer is out, and then asks who still answers. */
  const answersOnceOut = async (rule: string) => {
    const visits = async () => Promise.all(Array.from({ length: 12 }, () => visit(edge, '/').catch(() => null)))
    await until(async () => (await visits()) && (await ejected(rule)) === 1, { what: `an ejection by ${rule}`, deadlineMs: 20_000 })
    return new Set((await visits()).map((answer) => answer?.text))
  }
  return { edge, answersOnceOut }
}

t.test('a peer that fails every other request is left out by its ratio, though none fails twice in a row', async (t) => {
  let asked = 0
  const everyOther: OriginScript = () => ({ status: ++asked % 2 === 0 ? 500 : 200, body: 'a' })
  const { answersOnceOut } = await startWith(t, everyOther, { failureRatio: 0.4, failureStatuses: [500] })
  t.same(await answersOnceOut('failure-ratio'), new Set(['b', 'c']))
})

t.test('a peer whose bodies break off after whole heads is left out', async (t) => {
  const breaksOff: OriginScript = (_, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('the beginning', () => response.destroy())
    return undefined
  }
  const { answersOnceOut } = await startWith(t, breaksOff, { consecutiveFailures: 3 })
  t.same(await answersOnceOut('consecutive'), new Set(['b', 'c']))
})

t.test('a peer that takes much longer than the others is left out', async (t) => {
  const slow: OriginScript = () => new Promise((resolve) => setTimeout(() => resolve({ body: 'a' }), 1_500))
  const { answersOnceOut } = await startWith(t, slow, { slowFactor: 4, slowMinMs: 200, minRequests: 10 })
  t.same(await answersOnceOut('slow'), new Set(['b', 'c']))
})
