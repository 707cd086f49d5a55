import { addressFault } from './address-text.ts'
import { checkBalance } from './check-balance.ts'
import { checkBreaker } from './check-breaker.ts'
import { checkDiscover } from './check-discover.ts'
import { repeated } from './check-repeated.ts'
import { checkRetry } from './check-retry.ts'
import { checkSticky } from './check-sticky.ts'
import type { PoolConfig } from './pool.ts'
import type { Problem } from './problem.ts'
import { quoted } from './sentences.ts'
import type { Site } from './site.ts'

/** The problems of a site's pools. */
export function* checkPools(site: Site): Generator<Problem> {
  yield* checkSticky(site.pools)
  for (const [id, pool] of Object.entries(site.pools)) {
    yield* checkPeers(`/pools/${id}`, pool)
    yield* checkEjection(`/pools/${id}/ejection`, pool)
    yield* checkBalance(`/pools/${id}`, pool)
    yield* checkBreaker(`/pools/${id}/breaker`, pool.breaker)
    yield* checkRetry(`/pools/${id}`, pool)
  }
  yield* checkDiscover(site)
}

function* checkPeers(pointer: string, pool: PoolConfig): Generator<Problem> {
  if (pool.peers.length === 0 && pool.discover === undefined) {
    yield { pointer, message: 'has nobody to ask; give it peers, or discover a service' }
  }
  for (const [index, peer] of pool.peers.entries()) {
    const message = addressFault(peer.address, 1)
    if (message !== null) yield { pointer: `${pointer}/peers/${index}/address`, message }
  }
  for (const { index, name, first } of repeated(pool.peers.map((peer) => peer.address.toLowerCase()))) {
    yield { pointer: `${pointer}/peers/${index}/address`, message: `${quoted(name)} is peer ${first} already; keep one and set its weight` }
  }
}

function* checkEjection(pointer: string, { ejection }: PoolConfig): Generator<Problem> {
  const { baseEjectionMs, maxEjectionMs } = ejection
  if (baseEjectionMs <= maxEjectionMs) return
  yield {
    pointer: `${pointer}/baseEjectionMs`,
    message: `must be at most maxEjectionMs, which is ${maxEjectionMs} (ms); it is ${baseEjectionMs}`,
  }
}
