import type { Cancel, Clock, Timers } from '../base/ports.ts'

/** What stands for work that did not settle in time. */
export const LATE: unique symbol = Symbol('late')

/** Work that has begun. */
export class Due {
  readonly dueAtMs: number
  #giveUp: (() => void) | null

  /** @param giveUp called when the time is over first */
  constructor(dueAtMs: number, giveUp: () => void) {
    this.dueAtMs = dueAtMs
    this.#giveUp = giveUp
  }

  /** Whether it was settled or given up. */
  get over(): boolean {
    return this.#giveUp === null
  }

  /** It is done. Lets go of what waited for it, since the queue keeps it until its time. @returns false when it was over already */
  settle(): boolean {
    if (this.#giveUp === null) return false
    this.#giveUp = null
    return true
  }

  /** Its time is over. */
  giveUp(): void {
    const giveUp = this.#giveUp
    this.#giveUp = null
    giveUp?.()
  }
}

/**
 * Deadlines for many pieces of work, all with the same time, on one timer. A timer or an AbortSignal for each command costs more
 * than the command.
 *
 * Since all have the same time, they fall due in the order in which they began: a queue, whose head the timer waits for. Settled work
 * stays in it until it comes to the head, so the queue holds what was begun within one deadline.
 */
export class DeadlineQueue {
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #timeoutMs: number
  #queue: Due[] = []
  #head = 0
  #stopTimer: Cancel | null = null

  /** @param timeoutMs the time that each piece of work has; 1 or more */
  constructor(ports: { readonly clock: Clock; readonly timers: Timers }, timeoutMs: number) {
    this.#clock = ports.clock
    this.#timers = ports.timers
    this.#timeoutMs = timeoutMs
  }

  /** Work begins. @param giveUp called when its time is over and nobody has settled it */
  begin(giveUp: () => void): Due {
    const due = new Due(this.#clock.monotonicMs() + this.#timeoutMs, giveUp)
    this.#queue.push(due)
    this.#stopTimer ??= this.#timers.after(this.#timeoutMs, () => this.#lookAgain())
    return due
  }

  /** What the work gives, or LATE. Rejects as the work does, if that is in time; a late rejection is swallowed. */
  within<T>(work: Promise<T>): Promise<T | typeof LATE> {
    return new Promise((resolve, reject) => {
      const due = this.begin(() => resolve(LATE))
      work.then(
        (value) => {
          due.settle()
          resolve(value)
        },
        (cause: unknown) => {
          due.settle()
          reject(cause)
        },
      )
    })
  }

  // After a stall of this thread timers run before the sockets are read: replies that came in time are still unread then. One more turn
  // of the loop reads them, so that the thread's own delay is not taken for that of Redis.
  #lookAgain(): void {
    this.#stopTimer = this.#timers.after(1, () => this.#due())
  }

  #due(): void {
    const nowMs = this.#clock.monotonicMs()
    for (; this.#head < this.#queue.length; this.#head++) {
      const due = this.#queue[this.#head]!
      if (!due.over && due.dueAtMs > nowMs) break
      due.giveUp()
    }
    this.#queue = this.#queue.slice(this.#head)
    this.#head = 0
    const next = this.#queue[0]
    this.#stopTimer = next === undefined ? null : this.#timers.after(Math.max(1, next.dueAtMs - nowMs), () => this.#lookAgain())
  }
}
