// A slot in the bulkhead of a pool: taken at once or waited for, and given back exactly once. A client that leaves leaves the queue.

import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { Cancel } from '../base/ports.ts'
import { type Bulkhead, KIND, type Kind, type Patience } from '../resilience/bulkhead.ts'
import type { PoolBulkhead } from '../resilience/pool-door.ts'
import type { Asked, Exchange } from './exchange.ts'
import { isFailingStatus, isPeerFault } from './peer-failure.ts'

/** When who finds no room may come back, at least. */
const LEAST_RETRY_MS = 1_000

/** A slot that was taken. */
export class BulkheadSlot {
  readonly #bulkhead: Bulkhead
  readonly #kind: Kind
  readonly #pool: string
  readonly #tools: Exchange['tools']
  readonly #takenAtMs: number
  /** In flight at the pool when it was taken, itself included. */
  readonly #inFlight: number
  #given = false

  constructor(bulkhead: Bulkhead, kind: Kind, pool: string, tools: Exchange['tools']) {
    this.#bulkhead = bulkhead
    this.#kind = kind
    this.#pool = pool
    this.#tools = tools
    this.#takenAtMs = tools.clock.monotonicMs()
    this.#inFlight = bulkhead.row.inUse
    tools.metrics.door.inFlight(pool, 1)
  }

  /** The head of an answer is here. @param failing the statuses that the pool takes for failures */
  answered(status: number, failing: readonly number[]): void {
    this.#learn(isFailingStatus(status, failing) ? 'failed' : 'answered')
  }

  /** The request came to nothing. */
  failed(thrown: unknown): void {
    if (isPeerFault(asEdgeError(thrown))) this.#learn('failed')
  }

  #learn(outcome: 'answered' | 'failed'): void {
    const { adaptive, limit } = this.#bulkhead
    if (adaptive === null) return
    const nowMs = this.#tools.clock.monotonicMs()
    adaptive[outcome](nowMs - this.#takenAtMs, this.#inFlight, nowMs)
    this.#tools.metrics.door.limit(this.#pool, this.#bulkhead.limit)
    if (this.#bulkhead.limit > limit) this.#bulkhead.grown()
  }

  /** Gives it back; later calls do nothing. */
  give(): void {
    if (this.#given) return
    this.#given = true
    this.#tools.metrics.door.inFlight(this.#pool, -1)
    this.#bulkhead.leave(this.#kind, this.#tools.clock.monotonicMs() - this.#takenAtMs)
  }
}

/**
 * A slot for a request. Rejects with POOL_BUSY, POOL_OPEN or CLIENT_GONE.
 * @param deadlineMs when the request must have its answer, monotonic
 */
export function slotFor(
  { of, queueTimeoutMs }: PoolBulkhead,
  pool: string,
  deadlineMs: number,
  asked: Asked,
  x: Exchange,
): BulkheadSlot | Promise<BulkheadSlot> {
  const kind = kindOf(asked)
  if (of.enter(kind)) return new BulkheadSlot(of, kind, pool, x.tools)
  const nowMs = x.tools.clock.monotonicMs()
  const patience = { nowMs, deadlineMs: Math.min(nowMs + queueTimeoutMs, deadlineMs), timers: x.tools.timers }
  return waited(of, kind, patience, pool, x)
}

/** Who a request is of. */
function kindOf({ client, route }: Asked): Kind {
  return client.class === 'crawler' ? KIND.crawlers : KIND[route.config.priority]
}

function waited(of: Bulkhead, kind: Kind, patience: Patience, pool: string, x: Exchange): Promise<BulkheadSlot> {
  const { clock, metrics } = x.tools
  return new Promise((resolve, reject) => {
    const refuse = (reason: 'full' | 'late' | 'timeout') => {
      metrics.door.refused(pool, `queue-${reason}`)
      reject(new EdgeError('POOL_BUSY', { pool, reason, retryAfterMs: Math.max(LEAST_RETRY_MS, of.waitMs(kind)) }))
    }
    let stopHearing: Cancel = () => {}
    let isOver = false
    const over = () => {
      isOver = true
      stopHearing()
      metrics.door.unqueued(pool, clock.monotonicMs() - patience.nowMs)
    }
    metrics.door.queued(pool)
    const place = of.wait(kind, patience, (end) => {
      over()
      if (end === 'in') return resolve(new BulkheadSlot(of, kind, pool, x.tools))
      if (end === 'late') return refuse('timeout')
      reject(new EdgeError('POOL_OPEN', { pool }))
    })
    if (typeof place === 'string') {
      over()
      return refuse(place)
    }
    if (isOver) return
    stopHearing = x.wanted.on(() => {
      place()
      over()
      reject(new EdgeError('CLIENT_GONE'))
    })
  })
}
