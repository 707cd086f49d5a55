import type { PeerHealth } from '../contract/health.ts'
import type { OutcomeWindow } from './outcome-window.ts'
import type { PanicWatch } from './panic.ts'
import type { PeerLatency } from './peer-latency.ts'
import { fullRamp, type Ramp } from './ramp.ts'

// What an edge knows of one address beyond its configuration. It outlives the snapshots that name it (`peer-registry.ts`);
// `ejection.ts` and whoever sends requests write to it, balancers read it.

/** Why a peer was ejected: by which rule, and in a few words. */
export interface EjectionReason {
  readonly by: 'consecutive' | 'failure-ratio' | 'slow'
  readonly cause: string
}

/**
 * Whether a peer is left out. An ejection whose end has passed no longer counts; it stays noted, since the next one doubles
 * its length. Dates are monotonic ms.
 */
export type Ejection =
  | { readonly state: 'in' }
  | {
      readonly state: 'ejected'
      readonly untilMs: number
      readonly lengthMs: number
      readonly doublings: number
      readonly reason?: EjectionReason
    }

const IN: Ejection = { state: 'in' }

/** What several peers have in flight together. */
export interface LoadTally {
  inFlight: number
}

/** One address of a pool as it is doing now, seen from one worker. */
export class Peer {
  /** As the configuration writes it: `host:port` or `unix:/path`. */
  readonly address: string
  /** Its share beside the other peers, integer >= 1; balancers take it when they are built. */
  weight: number
  /** WebSockets to it, open or being opened; each is in flight too. */
  tunnels = 0
  /** Failures since its last success. */
  consecutiveFailures = 0
  ejection: Ejection = IN
  /** How its requests went of late; null where no rule asks. */
  window: OutcomeWindow | null = null
  /** What active checks say of it. */
  health: PeerHealth = 'healthy'
  /** Why they find it unhealthy. */
  healthCause = ''
  /** Until when an operator has taken it out of service, monotonic; in the past when nobody has. */
  maintenanceUntilMs = 0
  /** Why, and who said so. */
  maintenanceCause = ''
  /** Whether so many peers of its pool are out that all are used; null where that is never asked. */
  panic: PanicWatch | null = null
  #inFlight = 0
  #tally: LoadTally | null = null
  /** Whether it gets its whole share; see `slow-start.ts`. */
  ramp: Ramp = fullRamp()
  /** How long it takes; null where nobody chooses by that. */
  latency: PeerLatency | null = null

  constructor(address: string, weight: number) {
    this.address = address
    this.weight = weight
  }

  /** Requests sent that have not ended. */
  get inFlight(): number {
    return this.#inFlight
  }

  set inFlight(count: number) {
    if (this.#tally !== null) this.#tally.inFlight += count - this.#inFlight
    this.#inFlight = count
  }

  /** Counts what it has in flight, now and later, into a tally, and no more into the one before. */
  countInto(tally: LoadTally): void {
    tally.inFlight += this.#inFlight
    this.#tally = tally
  }
}
