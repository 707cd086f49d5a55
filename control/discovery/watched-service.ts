// What is known of one discovered service, whoever is asked about it: its peers behind the protect threshold, how fresh they are, what
// changed last, what is held and for how much longer, what went wrong. Who watches it tells what it heard; who publishes reads.

import type { Cancel, Clock, Log, Metrics, Timers } from '../../edge/base/ports.ts'
import type { ProtectConfig } from '../../edge/contract/discover.ts'
import type { PeerConfig } from '../../edge/contract/peer.ts'
import type { HoldReport, HoldVerdict, PeerDifference, ServiceReport } from '../domain/endpoint-source.ts'
import { differenceOf, some } from './peer-list.ts'
import { type Hold, ProtectedPeers } from './protected-peers.ts'
import { ServiceMetrics } from './service-metrics.ts'

/** What a service under watch takes from outside. */
export interface ServiceWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly metrics: Metrics
}

/** Which service, who is asked, and what was known of it before. */
export interface ServiceOptions {
  /** As `serviceKey` writes it. */
  readonly key: string
  readonly source: ServiceReport['source']
  readonly protect: ProtectConfig
  readonly known: Known | null
  /** Whether an operator refused what was held when this was last known. */
  readonly refused: 'refused' | 'open'
}

/** What was known of a service before it was watched. */
export interface Known {
  readonly peers: readonly PeerConfig[]
  readonly seenAtMs: number
}

/** Who is told: `changed` after the peers did, `held` after what is held did. */
export interface ServiceListener {
  changed(): void
  held(): void
}

/** A whole answer that could be read. */
export interface Heard {
  /** Sorted by address. */
  readonly peers: readonly PeerConfig[]
  /** Instances that could not be used. */
  readonly leftOut: number
  /** The index of Consul as it came, or null. */
  readonly index: string | null
}

/** What is known of one service. */
export class WatchedService {
  readonly #options: ServiceOptions
  readonly #world: ServiceWorld
  readonly #listener: ServiceListener
  readonly #protected: ProtectedPeers
  readonly #metrics: ServiceMetrics
  #heardAtMs: number | null
  #index: string | null = null
  #answers = 0
  #failures = 0
  #difference: PeerDifference | null = null
  #lastError: string | null = null
  /** Whether the last thing that was heard was a failure: what is held is then not known to be so still. */
  #failing = false
  #countdown: Cancel = () => {}

  constructor(options: ServiceOptions, world: ServiceWorld, listener: ServiceListener) {
    this.#options = options
    this.#world = world
    this.#listener = listener
    this.#protected = new ProtectedPeers(options.protect, options.known?.peers ?? null, options.refused)
    this.#heardAtMs = options.known?.seenAtMs ?? null
    this.#metrics = new ServiceMetrics(world.metrics, options.key)
    this.#show()
  }

  /** As `serviceKey` writes it. */
  get key(): string {
    return this.#options.key
  }

  /** Its peers, sorted by address; null until something is known. */
  get peers(): readonly PeerConfig[] | null {
    return this.#protected.peers
  }

  /** When it was last heard of, ms since the Unix epoch; null before the first answer. */
  get heardAtMs(): number | null {
    return this.#heardAtMs
  }

  /** Whether an operator refused what is held. */
  get refused(): boolean {
    return this.#protected.hold?.refused ?? false
  }

  /** How fresh it is. @param nowMs wall clock */
  report(nowMs: number): ServiceReport {
    const { key, source } = this.#options
    return {
      service: key,
      source,
      index: this.#index,
      ageMs: this.#heardAtMs === null ? null : Math.max(0, nowMs - this.#heardAtMs),
      peers: this.peers?.length ?? 0,
      answers: this.#answers,
      failures: this.#failures,
      difference: this.#difference,
      hold: this.#holdReport(),
      failing: this.#failing,
      lastError: this.#lastError,
    }
  }

  /** Takes a whole answer in. */
  hear({ peers, leftOut, index }: Heard): void {
    const { clock } = this.#world
    this.#answers++
    this.#metrics.count('taken')
    this.#heardAtMs = clock.wallMs()
    this.#index = index
    this.#failing = false
    this.#change('recovered', () => this.#protected.offer(peers, clock.monotonicMs()))
    this.#change('expired', () => this.#protected.expire(clock.monotonicMs()))
    this.#note(this.#heldSentence() ?? (leftOut === 0 ? null : `${leftOut} instances without a usable address were left out`))
    this.#show()
  }

  /** No answer came, or none that says anything: all stays as it is. */
  fail(reason: string): void {
    this.#failures++
    this.#failing = true
    this.#metrics.count('failed')
    this.#note(reason)
  }

  /** Takes an operator's word on what is held, if anything is. */
  decide(verdict: HoldVerdict): void {
    this.#change('accepted', () => {
      if (verdict === 'accept') this.#protected.accept(this.#world.clock.monotonicMs())
      else this.#protected.refuse()
    })
    if (!this.#failing) this.#note(this.#heldSentence())
    this.#show()
  }

  /** It is watched no more. */
  close(): void {
    this.#countdown()
    this.#metrics.show({ peers: 0, heardAtMs: null, kept: 0, holdEndsAtMs: null })
  }

  /** Runs what may change the peers or the hold, and tells who listens. @param ending why a hold is over, if it is */
  #change(ending: 'recovered' | 'accepted' | 'expired', run: () => void): void {
    const [before, held] = [this.peers, this.#protected.hold]
    run()
    const [after, hold] = [this.peers, this.#protected.hold]
    if (after !== before && after !== null) {
      if (before !== null) {
        this.#difference = differenceOf(before, after, this.#world.clock.wallMs())
        this.#metrics.countChange(this.#difference)
      }
      this.#listener.changed()
    }
    if (hold === held) return
    this.#logHold(held, hold, ending)
    this.#startCountdown(hold)
    this.#listener.held()
  }

  #logHold(before: Hold | null, hold: Hold | null, ending: string): void {
    const { log } = this.#world
    if (hold === null) log.info({ event: 'discovery-hold-ended', service: this.key, how: ending, peers: this.peers?.length ?? 0 })
    else if (before === null)
      log.warn({ event: 'discovery-held', service: this.key, kind: hold.kind, listed: hold.answer.length, before: hold.base })
  }

  #startCountdown(hold: Hold | null): void {
    this.#countdown()
    this.#countdown = () => {}
    if (!hold || hold.dueAtMs === null) return
    const { clock, timers } = this.#world
    this.#countdown = timers.after(Math.max(0, hold.dueAtMs - clock.monotonicMs()), () => {
      // The next answer finds the time over, and says whether it is still so.
      if (this.#failing) return
      this.#change('expired', () => this.#protected.expire(clock.monotonicMs()))
      this.#note(this.#heldSentence())
      this.#show()
    })
  }

  #holdReport(): HoldReport | null {
    const { hold, kept } = this.#protected
    if (!hold) return null
    const { clock } = this.#world
    const wallOf = (monotonicMs: number) => Math.round(clock.wallMs() + monotonicMs - clock.monotonicMs())
    return {
      id: hold.id,
      kind: hold.kind,
      sinceMs: wallOf(hold.sinceMs),
      untilMs: hold.dueAtMs === null ? null : wallOf(hold.dueAtMs),
      refused: hold.refused,
      listed: hold.answer.length,
      kept: some(kept),
    }
  }

  #heldSentence(): string | null {
    const { hold, kept, peers } = this.#protected
    if (!hold) return null
    const who = this.#options.source === 'dns' ? 'the DNS' : 'Consul'
    if (hold.kind === 'empty') return `held: ${who} lists no healthy instance; the last ${peers?.length ?? 0} are kept`
    return `held: ${who} lists ${hold.answer.length} instances where ${hold.base} were; ${kept.length} that it lacks are kept`
  }

  #note(error: string | null): void {
    if (error !== null && error !== this.#lastError) this.#world.log.warn({ event: 'discovery-trouble', service: this.key, cause: error })
    this.#lastError = error
  }

  #show(): void {
    const hold = this.#holdReport()
    const kept = hold?.kept.count ?? 0
    this.#metrics.show({ peers: this.peers?.length ?? 0, heardAtMs: this.#heardAtMs, kept, holdEndsAtMs: hold?.untilMs ?? null })
  }
}
