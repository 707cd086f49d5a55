// Upstream over undici's dispatcher: keep-alive pools per hop, its own deadlines switched off in favour of ours.
//
// Invariant: an exchange ends once, in exactly one of: the promise rejected, the body ended, the body failed, the body cancelled;
// whichever it is, its timer is cleared, its listener taken back and the peer's place given free.

import { Pool } from 'undici'
import type { Abort } from '../base/abort.ts'
import { BoundedMap } from '../base/bounded-map.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Timers } from '../base/ports.ts'
import type { Hop, Upstream, UpstreamAnswer, UpstreamRequest } from './upstream.ts'
import { UpstreamExchange } from './upstream-exchange.ts'

/** Hops whose connections are kept; the oldest gives way. */
const MAX_POOLS = 4_096

interface HopPool {
  readonly pool: Pool
  inFlight: number
}

/** Sends requests through undici pools. */
export class UndiciUpstream implements Upstream {
  readonly #pools = new BoundedMap<string, HopPool>({ max: MAX_POOLS, whenFull: 'refuse' })
  readonly #timers: Timers
  readonly #onCloseFailed: (cause: unknown) => void

  constructor(timers: Timers, onCloseFailed: (cause: unknown) => void) {
    this.#timers = timers
    this.#onCloseFailed = onCloseFailed
  }

  send(request: UpstreamRequest, hop: Hop, wanted: Abort): Promise<UpstreamAnswer> {
    if (wanted.aborted) return Promise.reject(new EdgeError('CLIENT_GONE'))
    const place = this.#poolOf(hop)
    // undici queues without end; who would wait behind a full queue is better told so at once.
    if (place.inFlight >= hop.maxConnections + hop.maxQueued) {
      return Promise.reject(new EdgeError('UPSTREAM_BUSY', { peer: hop.address, inFlight: place.inFlight }))
    }
    place.inFlight += 1
    return new Promise((resolve, reject) => {
      const exchange = new UpstreamExchange({ request, hop, wanted, timers: this.#timers }, { resolve, reject }, () => {
        place.inFlight -= 1
      })
      exchange.dispatch(place.pool)
    })
  }

  async close(): Promise<void> {
    const closing = [...this.#pools.entries()].map(([, place]) => place.pool.close())
    this.#pools.clear()
    await Promise.all(closing)
  }

  #poolOf(hop: Hop): HopPool {
    const key = `${hop.scheme}|${hop.address}|${hop.maxConnections}|${hop.keepAliveMs}|${hop.connectTimeoutMs}`
    const known = this.#pools.get(key)
    if (known) return known
    const place = { pool: openPool(hop), inFlight: 0 }
    if (!this.#pools.set(key, place)) this.#makeRoom(key, place)
    return place
  }

  // Only a pool without work may go: closing one under a request would fail it.
  #makeRoom(key: string, place: HopPool): void {
    for (const [old, idle] of this.#pools.entries()) {
      if (idle.inFlight > 0) continue
      this.#pools.delete(old)
      idle.pool.close().catch(this.#onCloseFailed)
      this.#pools.set(key, place)
      return
    }
  }
}

function openPool(hop: Hop): Pool {
  const unix = hop.address.startsWith('unix:') ? hop.address.slice('unix:'.length) : null
  return new Pool(unix === null ? `${hop.scheme}://${hop.address}` : `${hop.scheme}://localhost`, {
    connections: hop.maxConnections,
    pipelining: 1,
    // undici refuses 0; one millisecond closes as soon as it is idle.
    keepAliveTimeout: Math.max(1, hop.keepAliveMs),
    keepAliveMaxTimeout: Math.max(1, hop.keepAliveMs),
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 64 * 1024,
    connect: { timeout: hop.connectTimeoutMs, ...(unix === null ? {} : { socketPath: unix }) },
  })
}
