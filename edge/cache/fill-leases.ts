// Coalescing across edges: before it asks the origin for what many miss, an edge takes a lease in Redis; the others ask for it again and again,
// at growing, uneven intervals, until it has ended, and look at what the holder stored.
//
// The lease is short and renewed: a holder that dies is followed by the next within LEASE_MS. One whose origin hangs gives it up after the time
// that requests may wait. Redis is asked within the time for lookups; away, slow or full, each edge goes alone at once.

import type { Cancel, Clock, Metrics, Random, Timers } from '../base/ports.ts'
import type { Breaker } from '../breaker/breaker.ts'
import { endFill, holdFill, type LeaseClaim, takeFill } from '../redis/fill-lease.ts'
import type { RedisPort } from '../redis/redis-port.ts'
import type { NoReply } from '../redis/reply.ts'
import type { Script } from '../redis/script.ts'
import type { FillEnded, FillInTurn, FillTurn, FillTurns, Turn } from './fill-turn.ts'
import { OutcomeCounters } from './outcome-counters.ts'
import { leasePlaceOf } from './redis-place.ts'

const LEASE_MS = 3_000
const RENEW_MS = 1_000
const FIRST_POLL_MS = 10
const MAX_POLL_MS = 100
/** How long an edge that has just missed may take until it asks for the lease: it is told of a fetch that ended in between. */
const TOLD_MS: Readonly<Record<FillEnded, number>> = { stored: 2_000, uncacheable: 2_000, failed: 1_000 }
const TOKEN_BYTES = 12

/** What leases are made of. */
export interface FillLeaseParts {
  readonly redis: RedisPort
  /** Told of lookups by the level; here it is only asked. */
  readonly breaker: Breaker
  /** `lua/fill-lease.lua`. */
  readonly script: Script
  readonly keyPrefix: string
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly metrics: Metrics
}

type Counted = 'taken' | FillEnded | 'timeout' | 'spared' | NoReply['why']

/** The leases that one worker asks for. */
export class FillLeases implements FillTurns {
  readonly #parts: FillLeaseParts
  readonly #counters: OutcomeCounters<Counted>

  constructor(parts: FillLeaseParts) {
    this.#parts = parts
    this.#counters = new OutcomeCounters(parts.metrics, 'weir_fill_leases_total')
  }

  claim(key: string, timeoutMs: number): FillTurn {
    return new FillClaim(leasePlaceOf(this.#parts.keyPrefix, key), timeoutMs, this.#parts, this.#counters)
  }
}

/** The claim of one worker to fetch one answer. */
class FillClaim implements FillTurn {
  readonly #claim: LeaseClaim
  readonly #parts: FillLeaseParts
  readonly #counters: OutcomeCounters<Counted>
  readonly #timeoutMs: number
  readonly #deadlineMs: number
  #after = 0
  #pollMs = FIRST_POLL_MS

  constructor(key: string, timeoutMs: number, parts: FillLeaseParts, counters: OutcomeCounters<Counted>) {
    this.#claim = { key, token: parts.random.hex(TOKEN_BYTES) }
    this.#parts = parts
    this.#counters = counters
    this.#timeoutMs = timeoutMs
    this.#deadlineMs = parts.clock.monotonicMs() + timeoutMs
  }

  async turn(): Promise<Turn> {
    const turn = await this.#turn()
    this.#counters.count(turn.counted)
    return turn.turn
  }

  async #turn(): Promise<{ readonly turn: Turn; readonly counted: Counted }> {
    const { redis, breaker, script, clock } = this.#parts
    for (;;) {
      if (breaker.state(clock.monotonicMs()).state !== 'closed') return { turn: { kind: 'alone' }, counted: 'spared' }
      const reply = await takeFill(redis, script, this.#claim, { leaseMs: LEASE_MS, after: this.#after })
      if (!reply.ok) return { turn: { kind: 'alone' }, counted: reply.why }
      const { state, number } = reply.value
      if (state === 'taken')
        return { turn: { kind: 'mine', fill: new HeldFill(this.#claim, this.#timeoutMs, this.#parts) }, counted: 'taken' }
      if (state !== 'held') {
        this.#after = number
        return { turn: { kind: 'ended', outcome: state }, counted: state }
      }
      if (clock.monotonicMs() >= this.#deadlineMs) return { turn: { kind: 'late' }, counted: 'timeout' }
      await this.#pause()
    }
  }

  // Uneven, so that edges that began together do not go on in step.
  #pause(): Promise<void> {
    const leftMs = Math.max(1, this.#deadlineMs - this.#parts.clock.monotonicMs())
    const waitMs = Math.min(leftMs, this.#pollMs * (0.5 + this.#parts.random.next()))
    this.#pollMs = Math.min(MAX_POLL_MS, this.#pollMs * 2)
    return new Promise((resolve) => void this.#parts.timers.after(waitMs, resolve))
  }
}

/** A lease that is held. */
class HeldFill implements FillInTurn {
  readonly #claim: LeaseClaim
  readonly #parts: FillLeaseParts
  readonly #giveUpAtMs: number
  #stopTimer: Cancel
  #ended = false

  constructor(claim: LeaseClaim, timeoutMs: number, parts: FillLeaseParts) {
    this.#claim = claim
    this.#parts = parts
    this.#giveUpAtMs = parts.clock.monotonicMs() + timeoutMs
    this.#stopTimer = this.#renewLater()
  }

  // Other edges see it when Redis has it whole.
  arriving(): void {}

  async end(outcome: FillEnded): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#stopTimer()
    await endFill(this.#parts.redis, this.#parts.script, this.#claim, { outcome, keepMs: TOLD_MS[outcome] })
  }

  #renewLater(): Cancel {
    return this.#parts.timers.after(RENEW_MS, () => {
      // Nobody has to wait for it any more: whoever does may try for himself.
      if (this.#parts.clock.monotonicMs() >= this.#giveUpAtMs) void this.end('failed')
      else this.#renew()
    })
  }

  #renew(): void {
    this.#stopTimer = this.#renewLater()
    void holdFill(this.#parts.redis, this.#parts.script, this.#claim, LEASE_MS)
  }
}
