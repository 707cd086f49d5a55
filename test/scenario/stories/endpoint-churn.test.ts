// Peers come and go many times a second, weights change, revisions are published in between. No request fails, and what the edge has learned
// of its peers stays: who is ejected stays ejected, and a breaker that is open stays open.

import { createServer } from 'node:net'
import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { freePort } from '../../support/free-port.ts'
import { runWhile } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { startScriptedControl } from '../../support/scripted-control.ts'
import { until } from '../../support/until.ts'
import { visit, visitors } from '../../support/visit.ts'

const CHANGES = 300
const PUBLISH_EACH = 25
const NEVER_MS = 600_000

/** A peer that takes connections and breaks them, and counts them. */
async function startBreaking(): Promise<{ readonly address: string; readonly taken: () => number }> {
  let taken = 0
  const port = await freePort()
  const server = createServer((socket) => {
    taken += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { address: `127.0.0.1:${port}`, taken: () => taken }
}

const origins = await Promise.all(
  ['a', 'b', 'c', 'd'].map((name) => startOrigin(t, { body: name, headers: { 'cache-control': 'no-store' } })),
)
const [sick, dead] = await Promise.all([startBreaking(), startBreaking()])

/** What discovery finds after so many changes: in turn each origin leaves, comes back, and changes its weight; the frail one its weight. */
function found(change: number) {
  const moving = Math.floor(change / 3) % origins.length
  const well = origins.map(({ port }, index) => ({ address: `127.0.0.1:${port}`, weight: index === moving ? 1 + (change % 3) : 1 }))
  const shop = change % 3 === 1 ? well.filter((_, index) => index !== moving) : well
  return { shop: [...shop, { address: sick.address, weight: 1 }], frail: [{ address: dead.address, weight: 1 + (change % 7) }] }
}

const ejection = { consecutiveFailures: 1, baseEjectionMs: NEVER_MS, maxEjectionMs: NEVER_MS }
const breaker = { consecutiveFailures: 3, openMs: NEVER_MS, maxOpenMs: NEVER_MS }
const siteNumbered = (number: number) => ({
  pools: {
    shop: { discover: { service: 'shop' }, balance: 'round-robin', ejection, tunnelIdleTimeoutMs: 100_000 + number },
    frail: { discover: { service: 'frail' }, breaker, ejection: { maxEjectedRatio: 0 } },
  },
  fallbacks: { number: { status: 200, contentType: 'text/plain', body: String(number) } },
  routes: { number: { path: '/number', respond: 'number' }, frail: { path: '/frail', pool: 'frail' }, pages: { pool: 'shop' } },
})
const control = await startScriptedControl(t, { site: siteNumbered(1), services: found(0) })
const edge = await startEdge(t, { control })

/** One change after the other, each in force at the edge before the next. */
async function churn(): Promise<void> {
  for (let change = 1; change <= CHANGES; change += 1) {
    await control.endpoints(found(change))
    if (change % PUBLISH_EACH === 0) await control.publish(siteNumbered(1 + change / PUBLISH_EACH))
  }
}

t.test(
  '300 changes of endpoints and 12 revisions under load: no request fails, and nothing is forgotten',
  { timeout: 240_000 },
  async (t) => {
    const isOpen = async () => {
      await visit(edge, '/frail')
      return (await edge.metric('weir_faults_total', { code: 'POOL_OPEN' })) > 0
    }
    const isFoundOut = async () => {
      await visit(edge, '/page')
      return (await edge.metric('weir_peer_ejections_total', { pool: 'shop' })) > 0
    }
    await until(isOpen, { what: 'the breaker to open' })
    await until(isFoundOut, { what: 'the sick peer to be found out' })
    const before = { sick: sick.taken(), dead: dead.taken() }
    t.ok(before.sick > 0 && before.dead > 0)

    const startedMs = performance.now()
    const send = visitors(t, edge, (index) => (index % 5 === 0 ? '/number' : `/page/${index % 40}`))
    const report = await runWhile(churn(), send, 4)
    const changesPerS = CHANGES / ((performance.now() - startedMs) / 1_000)
    t.comment(`${changesPerS.toFixed(0)} changes a second under ${report.sent} requests`)

    t.same(report.failures, [])
    t.same(Object.keys(report.statuses), ['200'])
    t.equal((await visit(edge, '/number')).text, String(1 + CHANGES / PUBLISH_EACH))
    t.equal((await visit(edge, '/frail')).status, 503)
    t.same({ sick: sick.taken(), dead: dead.taken() }, before, 'who was left out before was never asked again')
    for (const origin of origins) t.ok(origin.count() > 0)
    t.equal(await edge.metric('weir_config_swaps_total', { outcome: 'refused' }), 0)
  },
)
