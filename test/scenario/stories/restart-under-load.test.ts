// An edge is replaced while people read, some over kept connections, some over a new one for each page. Nobody notices.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
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
import { visit } from '../../support/visit.ts'

const REQUESTS = 20_000
const KEPT = 12
const FRESH = 4
const STARTS_WITHIN_MS = 60_000

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=600' } })
origin.on('/now', { body: 'now', headers: { 'cache-control': 'no-store' } })
const site = { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { pages: { pool: 'shop' } } }
/** One page in ten comes from the origin. */
const pathOf = (index: number) => (index % 10 === 0 ? '/now' : `/page/${index % 50}`)

/** A person with one connection at a time. */
class Reader extends Agent {
  /** Connections that were reset before anything had come over them. */
  resets = 0
  #isNew = true

  constructor(keepAlive: boolean) {
    super({ keepAlive, maxSockets: 1 })
  }

  override createConnection(...args: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    this.#isNew = true
    return super.createConnection(...args)
  }

  async read(port: number, index: number): Promise<number> {
    try {
      const { status } = await visit({ port }, pathOf(index), { agent: this, deadlineMs: 30_000 })
      this.#isNew = false
      return status
    } catch (cause) {
      if (this.#isNew && (cause as NodeJS.ErrnoException).code === 'ECONNRESET') this.resets += 1
      throw cause
    }
  }
}

/** What people who read have seen. */
interface Reading {
  readonly reports: readonly LoadReport[]
  /** Connections of each that were reset before anything had come over them. */
  readonly resets: readonly number[]
}

/** People who read while `work` goes on, which learns how many pages they have got. */
async function readers(t: Scope, port: number, work: (answered: () => number) => Promise<void>): Promise<Reading> {
  let answered = 0
  const people = Array.from({ length: KEPT + FRESH }, (_, index) => new Reader(index < KEPT))
  t.teardown(() => people.forEach((one) => void one.destroy()))
  const working = work(() => answered)
  const lane = (one: Reader) =>
    runWhile(
      working,
      async (index) => {
        const status = await one.read(port, index)
        answered += 1
        return status
      },
      1,
    )
  const reports = await Promise.all(people.map(lane))
  return { reports, resets: people.map(({ resets }) => resets) }
}

const failuresOf = ({ reports }: Reading) => reports.flatMap(({ failures }) => failures)

function nobodyNoticed(t: Test, reading: Reading): void {
  t.same(failuresOf(reading).slice(0, 10), [])
  t.same(new Set(reading.reports.flatMap(({ statuses }) => Object.keys(statuses))), new Set(['200']))
}

const more = (answered: () => number, count: number) => {
  const wanted = answered() + count
  return until(() => answered() >= wanted, { what: `${count} more pages`, deadlineMs: 150_000 })
}

t.test('upgraded in place twice (SIGUSR2) while 20,000 pages are read: none fails', { timeout: 240_000 }, async (t) => {
  const listeners = [{ address: `127.0.0.1:${await freePort()}` }]
  const edge = await startEdge(t, { site, workers: 2, bootstrap: { listeners } })
  const upgraded = new UpgradedEdge(t, edge)
  const reading = await readers(t, edge.port, async (answered) => {
    await more(answered, 1_000)
    await upgraded.upgrade()
    t.same(await edge.left, { code: 0, signal: null })
    await more(answered, 1_000)
    await upgraded.upgrade()
    await more(answered, Math.max(1_000, REQUESTS - answered()))
  })
  nobodyNoticed(t, reading)
})

t.test(
  'started anew by who holds its sockets, as systemd does it: who comes in between waits and is served',
  { timeout: 240_000 },
  async (t) => {
    const folder = tempDir(t)
    writeFileSync(join(folder, 'site.yaml'), JSON.stringify(site))
    const bootstrap = { listen: 'fd:web', admin: 'off', workers: 2, site: 'site.yaml', stateDir: 'off', accessLog: 'off' }
    writeFileSync(join(folder, 'edge.yaml'), JSON.stringify(bootstrap))
    const held = holdSockets(t, 2)
    const first = held.start(folder)
    await first.waitForLine(/weir: listening on fd:web/, STARTS_WITHIN_MS)
    const reading = await readers(t, held.port, async (answered) => {
      await more(answered, 1_000)
      t.same(await first.stop(), { code: 0, signal: null })
      await held.start(folder).waitForLine(/weir: listening on fd:web/, STARTS_WITHIN_MS)
      await more(answered, 1_000)
    })
    nobodyNoticed(t, reading)
  },
)

// Without that setting Linux resets what the first has not accepted when it closes its sockets; nobody can tell it from here.
const MIGRATES = '/proc/sys/net/ipv4/tcp_migrate_req'
const migrates = existsSync(MIGRATES) && readFileSync(MIGRATES, 'utf8').trim() === '1'

t.test('replaced by a second edge on the same port: who has a connection does not notice', { timeout: 240_000 }, async (t) => {
  const port = await freePort()
  const bootstrap = { portSharing: 'allow', listeners: [{ address: `127.0.0.1:${port}` }] }
  const start = () => startEdge(t, { site, workers: 2, bootstrap })
  const first = await start()
  const reading = await readers(t, port, async (answered) => {
    await more(answered, 1_000)
    const second = await start()
    await until(async () => (await second.metric('weir_requests_total')) > 500, { what: 'both to serve', deadlineMs: 30_000 })
    t.same(await first.stop(), { code: 0, signal: null })
    await more(answered, 1_000)
  })
  if (migrates) return nobodyNoticed(t, reading)
  const resets = reading.resets.reduce((sum, count) => sum + count, 0)
  t.equal(failuresOf(reading).length, resets, 'nothing failed but new connections')
  t.ok(Math.max(...reading.resets) <= 2, 'of each person one for each worker that closed its socket')
})
