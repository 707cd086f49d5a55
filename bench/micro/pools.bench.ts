// What many pools cost: time and memory to compile them, time to take new endpoints of one, and choosing among them.
// By hand: node --expose-gc bench/micro/pools.bench.ts. Times are of CPU, of this machine.

import { allocateCells, SharedCells } from '../../edge/base/shared-cells.ts'
import { compilePools } from '../../edge/config/compile-pools.ts'
import { createRegistries, type Registries } from '../../edge/config/registries.ts'
import type { PoolPlan } from '../../edge/config/snapshot.ts'
import type { Endpoints } from '../../edge/contract/publication.ts'
import { type Site, SiteSchema } from '../../edge/contract/site.ts'
import { validate } from '../../edge/contract/validate.ts'
import { SeededRandom } from '../../test/support/seeded-random.ts'

const POOLS = 1_000
const PEERS = 50
const WARM = 3
const RUNS = 9
const PICKS = 20_000
const KEYS = Array.from({ length: 4_096 }, (_, i) => `/catalogue/department-17/product/${String(i).padStart(8, '0')}.html`)
const KINDS = ['consistent-hash', 'maglev', 'ketama', 'round-robin', 'least-request', 'peak-ewma']

function siteOf(pools: number, more: object): Site['pools'] {
  const entries = Array.from({ length: pools }, (_, i) => [`pool-${i}`, { discover: { service: `service-${i}` }, ...more }])
  const read = validate(SiteSchema, { pools: Object.fromEntries(entries) })
  if (!read.ok) throw new Error(JSON.stringify(read.problems[0]))
  return read.value.pools
}

/** Endpoints as they come from the wire: all objects are new. @param moved the service whose weights are other ones */
function endpointsOf(pools: number, peers: number, moved = -1): Endpoints {
  const services = Array.from({ length: pools }, (_, i) => ({
    service: `service-${i}`,
    seenAtMs: 1,
    peers: Array.from({ length: peers }, (_, at) => ({
      address: `10.${i >> 8}.${i & 255}.${at % 250}:${8_000 + Math.floor(at / 250)}`,
      weight: 1 + ((at + (i === moved ? 1 : 0)) % 3),
      zone: at % 2 === 0 ? 'a' : 'b',
    })),
  }))
  return { seq: 1, services }
}

function registriesNew(): Registries {
  const random = new SeededRandom(7)
  return createRegistries(new SharedCells(allocateCells(1_024, random)), random, 'a')
}

function usedBytes(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** ms of CPU, which what else runs on the machine does not change much. */
function msOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** ns per pick, over all pools in turn; the median of the runs. */
function pickNs(plans: readonly PoolPlan[]): number {
  const runs = Array.from({ length: WARM + RUNS }, () => {
    let found = 0
    const ms = msOf(() => {
      for (let i = 0; i < PICKS; i++) if (plans[(i * 7) % plans.length]!.balancer.pick(KEYS[i & 4_095]!, [], i) !== null) found++
    })
    if (found !== PICKS) throw new Error(`${PICKS - found} picks found nobody`)
    return (ms * 1e6) / PICKS
  })
  return runs.slice(WARM).sort((a, b) => a - b)[RUNS >> 1]!
}

const row = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`)
const plansOf = (pools: number, peers: number, more: object) => [
  ...compilePools(siteOf(pools, more), endpointsOf(pools, peers), registriesNew()).values(),
]

console.log(`\n${POOLS} pools of ${PEERS} peers, one worker\n`)
row('balance', 'compile, ms', 'memory, MiB', 'same again, ms', 'one service moved, ms', 'pick, ns')
row(...Array<string>(6).fill('---'))
for (const [name, more] of [
  ...KINDS.map((balance) => [balance, { balance }] as const),
  ['consistent-hash, zones, slow start', { zones: 'prefer', slowStartMs: 30_000 }] as const,
]) {
  const site = siteOf(POOLS, more)
  const registries = registriesNew()
  const [first, same, moved] = [endpointsOf(POOLS, PEERS), endpointsOf(POOLS, PEERS), endpointsOf(POOLS, PEERS, 500)]
  const before = usedBytes()
  let plans = new Map() as ReadonlyMap<string, PoolPlan>
  const compileMs = msOf(() => {
    plans = compilePools(site, first, registries)
  })
  const mib = (usedBytes() - before) / 1_048_576
  const sameMs = msOf(() => compilePools(site, same, registries))
  const movedMs = msOf(() => {
    plans = compilePools(site, moved, registries)
  })
  row(name, compileMs.toFixed(0), mib.toFixed(1), sameMs.toFixed(1), movedMs.toFixed(1), pickNs([...plans.values()]).toFixed(0))
}

console.log('\nPick, ns, by number of pools (50 peers each) and by peers of one pool\n')
row('balance', ...[1, 10, 100, 1_000].map((pools) => `${pools} pools`), ...[10, 50, 200, 1_000].map((peers) => `${peers} peers`))
row(...Array<string>(9).fill('---'))
for (const balance of KINDS) {
  row(
    balance,
    ...[1, 10, 100, 1_000].map((pools) => pickNs(plansOf(pools, PEERS, { balance })).toFixed(0)),
    ...[10, 50, 200, 1_000].map((peers) => pickNs(plansOf(1, peers, { balance })).toFixed(0)),
  )
}
