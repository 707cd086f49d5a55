import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { request } from './http-client.ts'
import type { Exit } from './process.ts'
import type { Scope } from './scope.ts'
import { tempDir } from './temp-dir.ts'
import { startWeir, type TestWeir } from './weir.ts'

/** What an edge starts with. */
export interface EdgeSetup {
  /** Its site, written to a file of its own; an edge with a control plane needs none. */
  readonly site?: object
  /** The control plane it obeys; the token goes into a file, as in production. */
  readonly control?: { readonly url: string; readonly edgeToken: string }
  /** A Redis, and how long a lookup in it may take: longer than usual where a test asks once and the machine may be busy. */
  readonly redis?: { readonly url: string; readonly lookupTimeoutMs?: number }
  readonly edgeId?: string
  readonly workers?: number
  /** Further settings of its bootstrap file, e.g. `{ l1MaxBytes: 0 }`. */
  readonly bootstrap?: Readonly<Record<string, unknown>>
}

/** A real edge process, one worker unless said otherwise, with a state folder of its own that outlives a restart. */
export interface TestEdge {
  readonly port: number
  readonly url: string
  /** Of its present process. */
  readonly pid: number
  /** The process started last has ended; a successor may live on. */
  readonly left: Promise<Exit>
  /** All that its present process wrote. */
  readonly output: string
  /** The text of its last good configuration on disk; empty before there is one. */
  lastGood(): string
  /** Writes another site file; the edge takes it up by itself. */
  writeSite(site: object): void
  /** What it serves, as its admin port says it. */
  snapshot(): Promise<EdgeSnapshot>
  /** The sum of all series of a metric that carry these labels, e.g. `metric('weir_l2_lookups_total', { outcome: 'late' })`. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
  stop(): Promise<Exit>
  kill(): Promise<Exit>
  /** Starts it again on the same port, as its files now say; end it first. */
  start(): Promise<void>
}

/** The part of `/debug/snapshot` that tests look at. */
export interface EdgeSnapshot {
  readonly revision: number
  readonly workers: number
  readonly controlConnected: boolean | null
  readonly endpoints: { readonly seq: number; readonly services: readonly { readonly peers: readonly { readonly address: string }[] }[] }
  readonly switchboard: { readonly seq: number }
}

/** Starts an edge for one test and waits until it listens; stopped when the test ends. */
export async function startEdge(t: Scope, setup: EdgeSetup): Promise<TestEdge> {
  const folder = tempDir(t)
  const port = await freePort()
  const writeSite = (site: object) => writeFileSync(join(folder, 'site.yaml'), JSON.stringify(site))
  if (setup.site) writeSite(setup.site)
  if (setup.control) writeFileSync(join(folder, 'token'), setup.control.edgeToken)
  const config = join(folder, 'edge.yaml')
  writeFileSync(config, JSON.stringify(bootstrapOf(setup, folder, port)))

  let weir: TestWeir
  let adminPort = 0
  const start = async () => {
    weir = await startWeir(t, ['edge', '--config', config], { cwd: folder })
    adminPort = Number((await weir.waitForLine(/weir: admin on http:\/\/\S+:(\d+)/))[1])
  }
  await start()
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return weir.pid
    },
    get left() {
      return weir.left
    },
    get output() {
      return weir.output
    },
    lastGood: () =>
      existsSync(join(folder, 'state', 'last-good.json')) ? readFileSync(join(folder, 'state', 'last-good.json'), 'utf8') : '',
    writeSite,
    snapshot: async () => JSON.parse((await request({ port: adminPort, path: '/debug/snapshot' })).text) as EdgeSnapshot,
    metric: async (name, labels = {}) => sumOf((await request({ port: adminPort, path: '/metrics' })).text, name, labels),
    stop: () => weir.stop(),
    kill: () => weir.kill(),
    start,
  }
}

function bootstrapOf(setup: EdgeSetup, folder: string, port: number): object {
  return {
    edgeId: setup.edgeId ?? 'edge-1',
    listen: `127.0.0.1:${port}`,
    admin: '127.0.0.1:0',
    workers: setup.workers ?? 1,
    stateDir: join(folder, 'state'),
    accessLog: 'off',
    drainTimeoutMs: 2_000,
    // A busy machine must not make it shed where a test is about something else.
    overload: { loopDelayMs: 60_000 },
    ...(setup.site ? { site: 'site.yaml' } : {}),
    ...(setup.control ? { control: { url: setup.control.url, tokenFile: join(folder, 'token') } } : {}),
    ...(setup.redis ? { redis: redisOf(setup.redis) } : {}),
    ...setup.bootstrap,
  }
}

function redisOf({ url, lookupTimeoutMs }: NonNullable<EdgeSetup['redis']>): object {
  return lookupTimeoutMs === undefined ? { url } : { url, lookupTimeoutMs }
}

/** Reads the Prometheus text format: `name{label="value",…} number` a line. */
function sumOf(exposition: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  let sum = 0
  for (const line of exposition.split('\n')) {
    const series = line.slice(0, line.lastIndexOf(' '))
    if (series !== name && !series.startsWith(`${name}{`)) continue
    if (wanted.every((label) => series.includes(label))) sum += Number(line.slice(series.length + 1))
  }
  return sum
}
