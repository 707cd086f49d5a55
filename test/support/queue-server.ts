import type { SeededRandom } from './seeded-random.ts'

/** A made-up origin: so many servers, each answer takes so long on average, exponentially spread; who finds all busy waits in order. */
export interface QueueServer {
  servers: number
  serviceMs: number
}

/** Admits requests and hears how long they took. */
export interface Admission {
  readonly limit: number
  answered(tookMs: number, inFlight: number, nowMs: number): void
}

interface Visit {
  readonly fromMs: number
  readonly inFlight: number
  readonly untilMs: number
}

/** Clients that always want more, in front of an admission, in front of a server. Time is simulated. */
export class SaturatedQueue {
  nowMs = 0
  readonly #server: QueueServer
  readonly #admission: Admission
  readonly #random: SeededRandom
  /** When each server is free. */
  readonly #freeAtMs: number[] = []
  /** Who is inside, who is done first first. */
  readonly #inside: Visit[] = []

  constructor(server: QueueServer, admission: Admission, random: SeededRandom) {
    this.#server = server
    this.#admission = admission
    this.#random = random
  }

  /** Lets time pass with at most so many clients. @returns answers per second, and the lowest and highest limit */
  run(
    forMs: number,
    clients = Number.POSITIVE_INFINITY,
  ): { readonly perSecond: number; readonly lowest: number; readonly highest: number } {
    const endMs = this.nowMs + forMs
    let [answers, lowest, highest] = [0, this.#admission.limit, this.#admission.limit]
    while (this.nowMs < endMs) {
      while (this.#inside.length < Math.min(clients, this.#admission.limit)) this.#admit()
      const next = this.#inside.shift()!
      this.nowMs = next.untilMs
      this.#admission.answered(next.untilMs - next.fromMs, next.inFlight, this.nowMs)
      answers++
      lowest = Math.min(lowest, this.#admission.limit)
      highest = Math.max(highest, this.#admission.limit)
    }
    return { perSecond: (answers * 1_000) / forMs, lowest, highest }
  }

  #admit(): void {
    const { servers, serviceMs } = this.#server
    while (this.#freeAtMs.length < servers) this.#freeAtMs.push(0)
    let first = 0
    for (let i = 1; i < servers; i++) if (this.#freeAtMs[i]! < this.#freeAtMs[first]!) first = i
    const beginMs = Math.max(this.nowMs, this.#freeAtMs[first]!)
    const untilMs = beginMs - Math.log(1 - this.#random.next()) * serviceMs
    this.#freeAtMs[first] = untilMs
    let at = this.#inside.length
    while (at > 0 && this.#inside[at - 1]!.untilMs > untilMs) at--
    this.#inside.splice(at, 0, { fromMs: this.nowMs, inFlight: this.#inside.length + 1, untilMs })
  }
}
