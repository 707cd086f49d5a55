// An edge is replaced while people read, some over kept connections, some over a new one for each page. Nobody notices.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startEdge } from '../../support/edge.ts'
import { freePort } from '../../support/free-port.ts'
import { type LoadReport, runWhile } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import type { Scope } from '../../support/scope.ts'
import { holdSockets } from '../../support/socket-activation.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { UpgradedEdge } from '../../support/upgraded-edge.ts'
import { visit, visitors } from '../../support/visit.ts'

const REQUESTS = 20_000

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=600' } })
origin.on('/now', { body: 'now', headers: { 'cache-control': 'no-store' } })
const site = { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { pages: { pool: 'shop' } } }
/** One page in ten comes from the origin. */
const pathOf = (index: number) => (index % 10 === 0 ? '/now' : `/page/${index % 50}`)

/** People who read while `work` goes on, which learns how many pages they have got. */
async function readers(t: Scope, port: number, work: (answered: () => number) => Promise<void>): Promise<LoadReport[]> {
  let answered = 0
  const kept = visitors(t, { port }, pathOf, () => {
    answered += 1
  })
  const fresh = async (index: number) => {
    const { status } = await visit({ port }, pathOf(index))
    answered += 1
    return status
  }
  const working = work(() => answered)
  return Promise.all([runWhile(working, kept, 12), runWhile(working, fresh, 4)])
}

function nobodyNoticed(t: Test, reports: readonly LoadReport[]): void {
  for (const { failures, statuses } of reports) {
    t.same(failures.slice(0, 10), [])
    t.same(Object.keys(statuses), ['200'])
  }
}

const more = (answered: () => number, count: number) => {
  const wanted = answered() + count
  return until(() => answered() >= wanted, { what: `${count} more pages`, deadlineMs: 40_000 })
}

t.test('upgraded in place twice (SIGUSR2) while 20,000 pages are read: none fails', { timeout: 100_000 }, async (t) => {
  const listeners = [{ address: `127.0.0.1:${await freePort()}` }]
  const edge = await startEdge(t, { site, workers: 2, bootstrap: { listeners } })
  const upgraded = new UpgradedEdge(t, edge)
  const reports = await readers(t, edge.port, async (answered) => {
    await more(answered, 2_000)
    await upgraded.upgrade()
    t.same(await edge.left, { code: 0, signal: null })
    await more(answered, 2_000)
    await upgraded.upgrade()
    await until(() => answered() >= REQUESTS, { what: `${REQUESTS} pages`, deadlineMs: 60_000 })
  })
  nobodyNoticed(t, reports)
})

t.test(
  'started anew by who holds its sockets, as systemd does it: who comes in between waits and is served',
  { timeout: 100_000 },
  async (t) => {
    const folder = tempDir(t)
    writeFileSync(join(folder, 'site.yaml'), JSON.stringify(site))
    const bootstrap = { listen: 'fd:web', admin: 'off', workers: 2, site: 'site.yaml', stateDir: 'off', accessLog: 'off' }
    writeFileSync(join(folder, 'edge.yaml'), JSON.stringify(bootstrap))
    const held = holdSockets(t, 2)
    const first = held.start(folder)
    await first.waitForLine(/weir: listening on fd:web/)
    const reports = await readers(t, held.port, async (answered) => {
      await more(answered, 2_000)
      t.same(await first.stop(), { code: 0, signal: null })
      await held.start(folder).waitForLine(/weir: listening on fd:web/)
      await more(answered, 2_000)
    })
    nobodyNoticed(t, reports)
  },
)
