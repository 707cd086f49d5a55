// Runs the public suite through real edges, in each way that their caches can be set up.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startEdge } from '../../support/edge.ts'
import { freePort } from '../../support/free-port.ts'
import { startProcess } from '../../support/process.ts'
import { startRedis } from '../../support/redis.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { differences, type Expected, type Results, type Score, score, unexpected } from './score.ts'
import type { Suite } from './suites.ts'

/** How the cache is set up: memory alone, Redis alone, or two edges, one after the other, with one Redis. */
export type Setup = 'memory' | 'redis' | 'two-edges'
/** All of them. */
export const SETUPS: readonly Setup[] = ['memory', 'redis', 'two-edges']

/** A busy machine must not turn a lookup in Redis into a miss where the test is about what is kept. */
const PATIENT_LOOKUP_MS = 5_000
/** A test with a lifetime of 2 s and a rest of 3 s can miss both on a machine that stands still for a second. */
const MOST_TRIES = 5
/** A run takes about 15 s: the longest test rests four times for 3 s. */
const RUN_DEADLINE_MS = 90_000

const run = promisify(execFile)
const here = (file: string) => join(import.meta.dirname, file)

/** What a route says that wants a shared cache to the letter of the standard; docs/caching.md has it as a recipe. */
const CACHE = {
  heuristicRatio: 0.1,
  statuses: 'standard',
  unkeyed: { setCookie: 'keep' },
  targetedFields: ['Weir-Cache-Control', 'CDN-Cache-Control', 'Surrogate-Control'],
}

/** A site in front of one origin as a user would write it who wants a shared cache by the standard, and nothing else. */
function site(originPort: number): object {
  return {
    pools: { origin: { peers: [{ address: `127.0.0.1:${originPort}` }] } },
    routes: { all: { hosts: ['cache.example'], pool: 'origin', cache: CACHE } },
  }
}

/** Starts the suite's own origin server. @returns its port */
export async function startSuiteOrigin(t: Scope, folder: string): Promise<number> {
  const port = await freePort()
  const env = { npm_config_protocol: 'http', npm_config_port: String(port), npm_config_pidfile: join(tempDir(t), 'pid') }
  const args = ['--no-warnings', '--import', here('loopback-only.ts'), join(folder, 'server', 'server.mjs')]
  const origin = startProcess(t, process.execPath, args, { cwd: folder, env })
  await origin.waitForLine(/Listening on http/)
  return port
}

/** The suite, its origin, and what is expected of a run. */
export interface Suited {
  readonly folder: string
  readonly suites: readonly Suite[]
  readonly originPort: number
  readonly expected: Expected
}

/** A run of the suite. */
export interface Measured extends Score {
  readonly setup: Setup
  /** Tests that ran again, since they did not do as expected at first; the last result counts: a busy machine can be too slow for them. */
  readonly again: readonly string[]
  /** See `differences`. */
  readonly differences: readonly string[]
}

/** Runs the suite through edges of their own, for all setups at once; only the edges start one after the other, which costs most. */
export async function measure(t: Scope, setups: readonly Setup[], suited: Suited): Promise<readonly Measured[]> {
  const places: [Setup, readonly string[]][] = []
  for (const setup of setups) places.push([setup, await startEdges(t, setup, suited.originPort)])
  return Promise.all(places.map(([setup, urls]) => measureOne(setup, urls, suited)))
}

async function measureOne(setup: Setup, urls: readonly string[], { folder, suites, expected }: Suited): Promise<Measured> {
  const ids = suites.flatMap(({ tests }) => tests.map(({ id }) => id))
  const again = new Set<string>()
  let results: Results = {}
  let asked: readonly string[] = ids
  for (let tries = 0; tries < MOST_TRIES && asked.length > 0; tries++) {
    results = { ...results, ...(await visit(folder, urls, asked)) }
    asked = unexpected(score(suites, results), expected).filter((id) => ids.includes(id))
    for (const id of asked) again.add(id)
  }
  const scored = score(suites, results)
  return { setup, again: [...again], ...scored, differences: differences(scored, expected) }
}

async function visit(folder: string, urls: readonly string[], ids: readonly string[]): Promise<Results> {
  const options = { timeout: RUN_DEADLINE_MS, maxBuffer: 64 * 1024 * 1024 }
  const { stdout } = await run(process.execPath, ['--no-warnings', here('visitor.ts'), folder, urls.join(','), ...ids], options)
  // The suite prints a line of its own now and then; what was found out is the last one.
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1))
}

async function startEdges(t: Scope, setup: Setup, originPort: number): Promise<string[]> {
  const common = { site: site(originPort) }
  if (setup === 'memory') return [(await startEdge(t, common)).url]
  const redis = { url: (await startRedis(t)).url, lookupTimeoutMs: PATIENT_LOOKUP_MS }
  if (setup === 'redis') return [(await startEdge(t, { ...common, redis, bootstrap: { l1MaxBytes: 0 } })).url]
  const urls = []
  for (const edgeId of ['edge-1', 'edge-2']) urls.push((await startEdge(t, { ...common, redis, edgeId })).url)
  return urls
}
