// What choosing a peer costs, by balancer and size of the pool. By hand: node bench/micro/balance.bench.ts

import type { Balancer } from '../../edge/balance/balancer.ts'
import { Ketama } from '../../edge/balance/ketama.ts'
import { LeastRequest } from '../../edge/balance/least-request.ts'
import { Peer } from '../../edge/balance/peer.ts'
import { RoundRobin } from '../../edge/balance/round-robin.ts'
import { SeededRandom } from '../../test/support/seeded-random.ts'

const RUNS = 9
const PICKS = 20_000
const NONE: readonly Peer[] = []
// 47 characters each, the length of an ordinary path.
const KEYS = Array.from({ length: 4_096 }, (_, i) => `/catalogue/department-17/product/${String(i).padStart(8, '0')}.html?`)

const balancers: Readonly<Record<string, (peers: readonly Peer[]) => Balancer>> = {
  'consistent-hash': (peers) => new Ketama(peers),
  'round-robin': (peers) => new RoundRobin(peers),
  'least-request': (peers) => {
    const random = new SeededRandom(1)
    return new LeastRequest(peers, () => random.next())
  },
}

/** Picks per second of one run. */
function run(balancer: Balancer): number {
  let found = 0
  const startedAt = process.hrtime.bigint()
  for (let i = 0; i < PICKS; i++) if (balancer.pick(KEYS[i & 4_095]!, NONE, i)) found++
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9
  if (found !== PICKS) throw new Error(`${PICKS - found} picks found nobody`)
  return PICKS / seconds
}

const thousands = (count: number): string => (count / 1_000).toFixed(0)

console.log('| balancer | peers | build ms | 1,000 picks/s, median | lowest | highest |\n|---|---|---|---|---|---|')
for (const [name, build] of Object.entries(balancers)) {
  for (const count of [5, 100, 1_000]) {
    const peers = Array.from({ length: count }, (_, i) => new Peer(`10.0.${i >> 8}.${i & 255}:8080`, 1 + (i % 3)))
    const startedAt = performance.now()
    const balancer = build(peers)
    const buildMs = performance.now() - startedAt
    run(balancer)
    const runs = Array.from({ length: RUNS }, () => run(balancer)).sort((a, b) => a - b)
    console.log(
      `| ${name} | ${count} | ${buildMs.toFixed(1)} | ${thousands(runs[RUNS >> 1]!)} | ${thousands(runs[0]!)} | ${thousands(runs.at(-1)!)} |`,
    )
  }
}
