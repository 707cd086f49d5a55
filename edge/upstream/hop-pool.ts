// The connections to one hop, with our own line in front of them. undici's queue has no end, and what waits in it cannot be taken
// out: a client that goes away while it waits would keep its place there, and later cost a connection.
//
// Invariant: undici is given at most `maxConnections` exchanges; at most `maxQueued` more wait here, in the order in which they came.

import { buildConnector, Pool } from 'undici'
import type { Hop } from './upstream.ts'
import { RESET_CODE } from './upstream-faults.ts'

/** What the pool needs of an exchange. */
export interface Pooled {
  dispatch(pool: Pool): void
}

/** Connections to one hop and who waits for them. */
export class HopPool {
  readonly #pool: Pool
  readonly #maxConnections: number
  readonly #maxQueued: number
  readonly #running = new Set<Pooled>()
  readonly #waiting = new Set<Pooled>()

  constructor(hop: Hop) {
    this.#pool = openPool(hop)
    this.#maxConnections = hop.maxConnections
    this.#maxQueued = hop.maxQueued
  }

  /** Exchanges that run or wait. */
  get inFlight(): number {
    return this.#running.size + this.#waiting.size
  }

  /** Whether one more would be refused. */
  get full(): boolean {
    return this.#running.size >= this.#maxConnections && this.#waiting.size >= this.#maxQueued
  }

  /** Starts an exchange now, or when its turn comes. */
  enter(exchange: Pooled): void {
    if (this.#running.size >= this.#maxConnections) {
      this.#waiting.add(exchange)
      return
    }
    this.#running.add(exchange)
    exchange.dispatch(this.#pool)
  }

  /** Takes an exchange out, wherever it is, and lets the next one run. */
  leave(exchange: Pooled): void {
    this.#waiting.delete(exchange)
    if (!this.#running.delete(exchange)) return
    for (const next of this.#waiting) {
      this.#waiting.delete(next)
      return this.enter(next)
    }
  }

  /** Closes the connections once what is under way is over. */
  close(): Promise<void> {
    return this.#pool.close()
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
    connect: connector({ timeout: hop.connectTimeoutMs, ...(unix === null ? {} : { socketPath: unix }) }),
  })
}

// undici takes a reset behind a body without a length for its end, and a half page would pass for the whole one. By the time it looks
// at the error, ours has looked first and given it another name, so the body fails as any other cut one.
function connector(options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector(options)
  return (target, callback) =>
    connect(target, (...result) => {
      result[1]?.on('error', (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ECONNRESET') cause.code = RESET_CODE
      })
      callback(...result)
    })
}
