// How a pool's balancers share out keys, what they move, and what choosing costs, by balancer and size of the pool.
// By hand: npm run bench:balance. Shares and moves are exact; times are of this machine.

import type { Balancer } from '../../edge/balance/balancer.ts'
import { HashBalancer } from '../../edge/balance/hash-balancer.ts'
import { HotSpread } from '../../edge/balance/hot-spread.ts'
import { Ketama } from '../../edge/balance/ketama.ts'
import { LeastRequest } from '../../edge/balance/least-request.ts'
import { Maglev } from '../../edge/balance/maglev.ts'
import { PeakEwma } from '../../edge/balance/peak-ewma.ts'
import type { Peer } from '../../edge/balance/peer.ts'
import { PeerLatency } from '../../edge/balance/peer-latency.ts'
import { Rendezvous } from '../../edge/balance/rendezvous.ts'
import { RoundRobin } from '../../edge/balance/round-robin.ts'
import { compilePools } from '../../edge/config/compile-pools.ts'
import type { PoolConfig } from '../../edge/contract/pool.ts'
import { EMPTY_ENDPOINTS } from '../../edge/contract/publication.ts'
import { type Build, movesWithout, pathsOf, peaksUnderLoad, peakToMean, peersOf } from '../../test/support/balance-figures.ts'
import { makeRegistries, toldOf } from '../../test/support/exchange-maker.ts'
import { SeededRandom } from '../../test/support/seeded-random.ts'

const RUNS = 31
const PICKS = 4_096
const NONE: readonly Peer[] = []
const SIZES = [10, 100, 1_000]
const MILLION = pathsOf(1_000_000)
const KEYS = MILLION.slice(0, 4_096)

const rendezvous: Build = (peers) => new HashBalancer(peers, new Rendezvous(peers))
const hashing: Readonly<Record<string, Build>> = {
  'consistent-hash': rendezvous,
  maglev: (peers) => new HashBalancer(peers, new Maglev(peers)),
  ketama: (peers) => new HashBalancer(peers, new Ketama(peers)),
}
const balancers: Readonly<Record<string, Build>> = {
  ...hashing,
  'consistent-hash, bound 1.25': (peers) => new HashBalancer(peers, new Rendezvous(peers), { maxLoadFactor: 1.25, hotSpread: null }),
  'consistent-hash, hot keys': (peers) => {
    const hotSpread = new HotSpread({ ratePerS: 100, maxPeers: 4 })
    return new HashBalancer(peers, new Rendezvous(peers), { maxLoadFactor: null, hotSpread })
  },
  'round-robin': (peers) => new RoundRobin(peers),
  'least-request': (peers) => {
    const random = new SeededRandom(1)
    return new LeastRequest(peers, () => random.next())
  },
  'peak-ewma': (peers) => {
    const random = new SeededRandom(1)
    for (const [index, peer] of peers.entries()) {
      peer.latency = new PeerLatency(10_000)
      peer.latency.answered(1 + index, 0)
    }
    return new PeakEwma(peers, () => random.next())
  },
}

/** What others were measured at, 1,000,000 keys: the load of the busiest peer over the mean, and the keys moved when one of N leaves. */
const PUBLISHED: readonly (readonly [string, ...string[]])[] = [
  ['ring, 160 points', '1.105', '10.07 %', '1.246', '1.13 %', '1.255', '0.09 %'],
  ['ring, 1,000 points', '1.047', '9.73 %', '1.085', '1.04 %', '1.137', '0.10 %'],
  ['Maglev 65,537', '1.004', '10.19 %', '1.020', '1.53 %', '1.092', '0.64 %'],
  ['rendezvous', '1.006', '10.03 %', '1.020', '1.00 %', '1.115', '0.09 %'],
  ['AnchorHash', '1.004', '9.97 %', '1.020', '1.01 %', '1.108', '0.11 %'],
]

const row = (...cells: readonly string[]) => console.log(`| ${cells.join(' | ')} |`)
const percent = (ratio: number, digits = 2) => `${(ratio * 100).toFixed(digits)} %`

function printShares(): void {
  console.log('\nShares of 1,000,000 keys: busiest over mean; moved when one leaves, in all (of others); ideal is 10 %, 1 %, 0.1 %\n')
  row('mapping', ...SIZES.flatMap((size) => [`${size}`, 'moved']))
  row(...Array<string>(7).fill('---'))
  for (const [name, build] of Object.entries(hashing)) {
    const cells = SIZES.flatMap((size) => {
      const peers = peersOf(size)
      const moves = movesWithout(build, peers, peers[size >> 1]!, MILLION)
      return [peakToMean(build, peers, MILLION).toFixed(3), `${percent(moves.ratio)} (${percent(moves.strayRatio)})`]
    })
    row(name, ...cells)
  }
  for (const cells of PUBLISHED) row(`published: ${cells[0]}`, ...cells.slice(1))
}

function printLoad(): void {
  console.log(
    '\nZipf 1.0 over 100,000 keys, 500 requests in flight: busiest over mean in flight, averaged; requests away from their own peer\n',
  )
  row('bound', ...[10, 100].flatMap((size) => [`${size} peers`, 'diverted']))
  row(...Array<string>(5).fill('---'))
  for (const maxLoadFactor of [null, 2, 1.5, 1.25]) {
    const build: Build = (peers) => new HashBalancer(peers, new Rendezvous(peers), { maxLoadFactor, hotSpread: null })
    const cells = [10, 100].flatMap((size) => {
      const { peak, divertedRatio } = peaksUnderLoad(build, size, MILLION.slice(0, 100_000))
      return [peak.toFixed(2), percent(divertedRatio, 1)]
    })
    row(maxLoadFactor === null ? 'none' : String(maxLoadFactor), ...cells)
  }
}

/** ns per pick of one run. */
function run(balancer: Balancer): number {
  let found = 0
  const startedAt = process.hrtime.bigint()
  for (let i = 0; i < PICKS; i++) if (balancer.pick(KEYS[i & 4_095]!, NONE, i)) found++
  const ns = Number(process.hrtime.bigint() - startedAt) / PICKS
  if (found !== PICKS) throw new Error(`${PICKS - found} picks found nobody`)
  return ns
}

const bytesInUse = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers

/** A balancer of some size, with what it cost to build. */
interface Subject {
  readonly cells: readonly string[]
  readonly balancer: Balancer
  readonly runs: number[]
}

function subjectOf(name: string, build: Build, size: number): Subject {
  const peers = peersOf(size, [1, 2, 3])
  for (const [index, peer] of peers.entries()) peer.inFlight = index % 3
  globalThis.gc?.()
  const before = bytesInUse()
  const startedAt = performance.now()
  const balancer = build(peers)
  // Some build their tables when they are first asked.
  balancer.pick(KEYS[0]!, NONE, 0)
  const buildMs = performance.now() - startedAt
  run(balancer)
  globalThis.gc?.()
  const kib = Math.max(0, (bytesInUse() - before) / 1_024).toFixed(0)
  return { cells: [name, String(size), buildMs.toFixed(1), kib], balancer, runs: [] }
}

function printCosts(): void {
  console.log(
    `\nCost: ${RUNS} runs of ${PICKS} picks, weights 1, 2, 3; KiB beyond the peers${globalThis.gc ? '' : ' (run with --expose-gc)'}\n`,
  )
  row('balancer', 'peers', 'build ms', 'KiB', 'ns a pick, median', 'lowest', 'million picks/s at best')
  row(...Array<string>(7).fill('---'))
  const subjects = Object.entries(balancers).flatMap(([name, build]) => [10, 50, 100, 1_000].map((size) => subjectOf(name, build, size)))
  // In turn, so that a busy moment of the machine does not fall on one of them alone.
  for (let round = 0; round < RUNS; round++) for (const { balancer, runs } of subjects) runs.push(run(balancer))
  for (const { cells, runs } of subjects) {
    runs.sort((a, b) => a - b)
    row(...cells, runs[RUNS >> 1]!.toFixed(0), runs[0]!.toFixed(0), (1_000 / runs[0]!).toFixed(1))
  }
}

const POOLS = 1_000
const PEERS = 50

/** A site of many pools: what it takes to compile them, and whether a pick costs more because there are others. */
function printPools(): void {
  console.log(`\n${POOLS} pools of ${PEERS} peers: compiled, compiled anew when one pool changed, and a pick from a pool drawn by chance\n`)
  row('balancer', 'compile ms', 'after a change, ms', 'KiB a pool', 'ns a pick, median', 'lowest', 'of one pool alone')
  row(...Array<string>(7).fill('---'))
  for (const balance of ['consistent-hash', 'maglev', 'ketama', 'least-request']) {
    const configs = poolsOf(balance)
    const registries = makeRegistries()
    globalThis.gc?.()
    const before = bytesInUse()
    const compiled = timed(() => compilePools(configs, EMPTY_ENDPOINTS, registries))
    globalThis.gc?.()
    const kib = ((bytesInUse() - before) / 1_024 / POOLS).toFixed(1)
    const changed = { ...configs, p7: { ...configs.p7!, peers: configs.p7!.peers.slice(1) } }
    const again = timed(() => compilePools(changed, EMPTY_ENDPOINTS, registries))
    const plans = [...again.value.values()].map((plan) => plan.balancer)
    const all = runsOf(() => plans[Math.floor(chance.next() * POOLS)]!)
    // Drawn as well, so that both pay for it.
    const alone = runsOf(() => plans[Math.floor(chance.next()) * POOLS]!)
    row(balance, compiled.ms, again.ms, kib, all[RUNS >> 1]!.toFixed(0), all[0]!.toFixed(0), alone[0]!.toFixed(0))
  }
}

const chance = new SeededRandom(3)

function poolsOf(balance: string): Record<string, PoolConfig> {
  const one = (pool: number) => ({
    balance,
    peers: Array.from({ length: PEERS }, (_, i) => ({ address: `10.${pool >> 8}.${pool & 255}.${i}:8080` })),
  })
  return toldOf({ pools: Object.fromEntries(Array.from({ length: POOLS }, (_, pool) => [`p${pool}`, one(pool)])) }).site.pools
}

function timed<T>(run: () => T): { readonly value: T; readonly ms: string } {
  const startedAt = performance.now()
  const value = run()
  return { value, ms: (performance.now() - startedAt).toFixed(0) }
}

/** ns per pick of several runs, ascending. */
function runsOf(poolOf: () => Balancer): number[] {
  const runs = Array.from({ length: RUNS }, () => {
    const startedAt = process.hrtime.bigint()
    for (let i = 0; i < PICKS; i++) poolOf().pick(KEYS[i & 4_095]!, NONE, i)
    return Number(process.hrtime.bigint() - startedAt) / PICKS
  })
  return runs.sort((a, b) => a - b)
}

printShares()
printLoad()
printCosts()
printPools()
