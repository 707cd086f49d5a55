// Upstream over undici's dispatcher: keep-alive pools per hop, its own deadlines switched off in favour of ours.
//
// Invariant: an exchange ends once, in exactly one of: the promise rejected, the body ended, the body failed, the body cancelled;
// whichever it is, its timer is cleared, its listener taken back and the peer's place given free.

import type { Abort } from '../base/abort.ts'
import { BoundedMap } from '../base/bounded-map.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Timers } from '../base/ports.ts'
import { HopPool } from './hop-pool.ts'
import type { Hop, Upstream, UpstreamAnswer, UpstreamRequest } from './upstream.ts'
import { UpstreamExchange } from './upstream-exchange.ts'

/** Hops whose connections are kept; an idle one gives way, and while none is idle a new hop is told that we are busy. */
const MAX_POOLS = 4_096

/** Sends requests through undici pools. */
export class UndiciUpstream implements Upstream {
  readonly #pools: BoundedMap<string, HopPool>
  readonly #timers: Timers
  readonly #onCloseFailed: (cause: unknown) => void

  /** @param maxPools hops at once */
  constructor(timers: Timers, onCloseFailed: (cause: unknown) => void, maxPools = MAX_POOLS) {
    this.#timers = timers
    this.#onCloseFailed = onCloseFailed
    this.#pools = new BoundedMap({ max: maxPools, whenFull: 'refuse' })
  }

  send(request: UpstreamRequest, hop: Hop, wanted: Abort): Promise<UpstreamAnswer> {
    if (wanted.aborted) return Promise.reject(new EdgeError('CLIENT_GONE'))
    const pool = this.#poolOf(hop)
    // Who would wait behind a full queue is better told so at once.
    if (pool === null || pool.full) {
      return Promise.reject(new EdgeError('UPSTREAM_BUSY', { peer: hop.address, inFlight: pool?.inFlight ?? 'no pool free' }))
    }
    return new Promise((resolve, reject) => {
      const task = { request, hop, wanted, timers: this.#timers }
      const exchange: UpstreamExchange = new UpstreamExchange(task, { resolve, reject }, () => pool.leave(exchange))
      pool.enter(exchange)
    })
  }

  async close(): Promise<void> {
    const closing = [...this.#pools.entries()].map(([, pool]) => pool.close())
    this.#pools.clear()
    await Promise.all(closing)
  }

  #poolOf(hop: Hop): HopPool | null {
    const key = [hop.scheme, hop.address, hop.maxConnections, hop.maxQueued, hop.keepAliveMs, hop.connectTimeoutMs].join('|')
    const known = this.#pools.get(key)
    if (known) return known
    const pool = new HopPool(hop)
    if (this.#pools.set(key, pool)) return pool
    if (!this.#makeRoom()) return null
    this.#pools.set(key, pool)
    return pool
  }

  // Only a pool without work may go: closing one under a request would fail it.
  #makeRoom(): boolean {
    for (const [old, pool] of this.#pools.entries()) {
      if (pool.inFlight > 0) continue
      this.#pools.delete(old)
      pool.close().catch(this.#onCloseFailed)
      return true
    }
    return false
  }
}
