// Sends requests when they are due. Due is when they came, at the scale of the replay, whatever the target does: one that is slow is not
// waited for, so that its slowness cannot hide by asking less of it (coordinated omission). Latency counts from the due time.
//
// Order: what had been answered on a connection before a request came there is answered before it is sent again; what ran beside it may run
// beside it. Work at once is bounded; what has to wait for room, or for its order, waits in the order in which it came and is late.

import type { Clock, Timers } from '../../edge/base/ports.ts'
import type { Outcome } from '../client/replay-sender.ts'
import type { ReplayRequest } from './recorded-traffic.ts'

/** What a replay takes. */
export interface ReplayWork {
  /** In the order in which they came. */
  readonly requests: readonly ReplayRequest[]
  /** How much faster than it was, above 0. */
  readonly scale: number
  /** Requests at once. */
  readonly atOnce: number
  /** Sends one, and says what was to be expected. Never rejects. */
  readonly send: (request: ReplayRequest) => Promise<Answered>
  /** Hears of each that is over. */
  readonly told: (done: ReplayDone) => void
  readonly clock: Clock
  readonly timers: Timers
  /** Whether to begin no further one. */
  readonly stopped: () => boolean
}

/** An answer to compare with; null is what is not known of it. */
export interface Expected {
  readonly status: number
  readonly bytes: number | null
  readonly digest: string | null
}

/** What came of a request, beside what was to be expected; null where there is nothing to compare with. */
export interface Answered {
  readonly outcome: Outcome
  readonly expected: Expected | null
}

/** A request that was sent again. */
export interface ReplayDone extends Answered {
  readonly request: ReplayRequest
  /** From its due time to the end of its answer. */
  readonly latencyMs: number
  /** How late it was sent. */
  readonly lateMs: number
}

/** Replays to the end, or until it is stopped. Resolves when all that was begun is over. */
export async function replay(work: ReplayWork): Promise<void> {
  const { clock, requests, scale } = work
  const beganMs = clock.monotonicMs()
  const room = new Room(work.atOnce)
  const order = new ConnectionOrder()
  const running = new Set<Promise<void>>()
  for (const request of requests) {
    const dueMs = beganMs + request.atMs / scale
    await until(dueMs, work)
    await room.enter()
    if (work.stopped()) break
    const one = order
      .after(request, () => sendOne(request, dueMs, work))
      .finally(() => {
        room.leave()
        running.delete(one)
      })
    running.add(one)
  }
  await Promise.all(running)
}

async function sendOne(request: ReplayRequest, dueMs: number, { clock, send, told }: ReplayWork): Promise<void> {
  const sentMs = clock.monotonicMs()
  const answered = await send(request)
  const lateMs = Math.max(0, sentMs - dueMs)
  told({ request, ...answered, latencyMs: lateMs + answered.outcome.tookMs, lateMs })
}

/** The longest wait before it is looked whether to stop. */
const LOOK_MS = 250

async function until(dueMs: number, { clock, timers, stopped }: ReplayWork): Promise<void> {
  for (let leftMs = dueMs - clock.monotonicMs(); leftMs > 0 && !stopped(); leftMs = dueMs - clock.monotonicMs()) {
    const waitMs = Math.min(LOOK_MS, Math.ceil(leftMs))
    await new Promise<void>((resolve) => timers.after(waitMs, resolve))
  }
}

/** Bounded room, first come first served. */
class Room {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(places: number) {
    this.#free = places
  }

  enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}

interface Begun {
  readonly endMs: number
  readonly over: Promise<void>
}

/** What is under way on each recorded connection. */
class ConnectionOrder {
  readonly #begun = new Map<string, Set<Begun>>()

  /** Runs after all that had ended on its connection before it came. */
  after({ connection, atMs, endMs }: ReplayRequest, run: () => Promise<void>): Promise<void> {
    const begun = this.#begun.get(connection) ?? new Set<Begun>()
    this.#begun.set(connection, begun)
    const before = [...begun].filter((earlier) => earlier.endMs <= atMs).map(({ over }) => over)
    const over = before.length === 0 ? run() : Promise.all(before).then(run)
    const one: Begun = { endMs, over }
    begun.add(one)
    return over.finally(() => {
      begun.delete(one)
      if (begun.size === 0) this.#begun.delete(connection)
    })
  }
}
