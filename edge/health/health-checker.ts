// Checks the peers of all pools that ask for it, each at its own interval, one check at a time per peer and not more than MAX_AT_ONCE in
// all. What is known of a peer stays when configuration or endpoints change; only a peer that is gone is forgotten.
//
// Invariant: a peer has exactly one of: a timer, a place in the queue, a check under way. One that was dropped meanwhile has none, and
// what its last check says is not heard.

import type { Cancel, Clock, Log, Metrics, Random, Timers } from '../base/ports.ts'
import type { PeerHealth, PeerHealthReading } from '../contract/health.ts'
import { HealthCounts } from './health-counts.ts'
import { afterCheck, firstHealth, type HealthState } from './health-state.ts'
import type { CheckResult, CheckTarget, Prober } from './prober.ts'

/** Checks under way at once; who is due beyond that waits its turn. */
const MAX_AT_ONCE = 64
/** Peers that are checked; those beyond are taken for well. */
const MAX_CHECKED = 20_000
/** First checks are spread over this long, so that a large site does not ask all at once; soon enough to know before it hurts. */
const FIRST_WITHIN_MS = 1_000

/** What a checker needs of the world. */
export interface CheckerPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
}

/** What is known of one peer by its checks. */
export interface CheckReading {
  readonly health: PeerHealth
  /** What its last check came to; null before the first. */
  readonly last: { readonly result: CheckResult; readonly atMs: number; readonly tookMs: number } | null
}

interface Checked {
  target: CheckTarget
  state: HealthState
  last: CheckReading['last']
  /** Takes back its timer; null while it is due or asked. */
  stop: Cancel | null
}

/** Checks peers. */
export class HealthChecker {
  readonly #prober: Prober
  readonly #ports: CheckerPorts
  readonly #changed: (readings: readonly PeerHealthReading[]) => void
  readonly #peers = new Map<string, Checked>()
  readonly #counts: HealthCounts
  readonly #due = new Set<Checked>()
  #underWay = 0

  /** @param changed hears of peers whose health is another now */
  constructor(prober: Prober, ports: CheckerPorts, changed: (readings: readonly PeerHealthReading[]) => void) {
    this.#prober = prober
    this.#ports = ports
    this.#changed = changed
    this.#counts = new HealthCounts(ports.metrics)
  }

  /** Checks these peers from now on, and no others. */
  follow(targets: readonly CheckTarget[]): void {
    const wanted = new Map(targets.slice(0, MAX_CHECKED).map((target) => [keyOf(target.pool, target.address), target]))
    for (const [key, checked] of this.#peers) if (!wanted.has(key)) this.#drop(key, checked)
    const taken: PeerHealthReading[] = []
    for (const [key, target] of wanted) {
      const known = this.#peers.get(key)
      if (known === undefined) taken.push(this.#take(key, target))
      else this.#takeRule(known, target)
    }
    // What was said of an address that left and came back holds no longer.
    if (taken.length > 0) this.#changed(taken)
  }

  /** What is known of all peers, for a worker that starts. */
  readings(): PeerHealthReading[] {
    return [...this.#peers.values()].map(readingOf)
  }

  /** What is known of one peer; null when it is not checked. */
  reading(pool: string, address: string): CheckReading | null {
    const checked = this.#peers.get(keyOf(pool, address))
    return checked === undefined ? null : { health: checked.state.health, last: checked.last }
  }

  /** Checks nobody any more. */
  stop(): void {
    this.follow([])
  }

  #take(key: string, target: CheckTarget): PeerHealthReading {
    const checked: Checked = { target, state: firstHealth(target.check), last: null, stop: null }
    this.#peers.set(key, checked)
    this.#counts.add(target.pool, checked.state.health, 1)
    this.#wait(checked, this.#ports.random.next() * Math.min(target.check.intervalMs, FIRST_WITHIN_MS))
    return readingOf(checked)
  }

  // What was found by the old rule stays; the new one holds from the next check on, for which a shorter interval must not wait.
  #takeRule(checked: Checked, target: CheckTarget): void {
    // Mostly the same object: endpoints change more often than sites do.
    const sameCheck = checked.target.check === target.check || JSON.stringify(checked.target.check) === JSON.stringify(target.check)
    checked.target = target
    if (sameCheck || checked.stop === null) return
    checked.stop()
    this.#wait(checked, this.#pauseOf(checked))
  }

  #drop(key: string, checked: Checked): void {
    checked.stop?.()
    this.#due.delete(checked)
    this.#peers.delete(key)
    this.#counts.add(checked.target.pool, checked.state.health, -1)
  }

  #wait(checked: Checked, delayMs: number): void {
    checked.stop = this.#ports.timers.after(delayMs, () => {
      checked.stop = null
      this.#due.add(checked)
      this.#next()
    })
  }

  #next(): void {
    for (const checked of this.#due) {
      if (this.#underWay >= MAX_AT_ONCE) return
      this.#due.delete(checked)
      this.#check(checked)
    }
  }

  #check(checked: Checked): void {
    this.#underWay += 1
    const beganMs = this.#ports.clock.monotonicMs()
    const done = (result: CheckResult) => {
      this.#underWay -= 1
      this.#heard(checked, result, this.#ports.clock.monotonicMs() - beganMs)
      this.#next()
    }
    this.#prober.probe(checked.target).then(done, (thrown: unknown) => done({ outcome: 'broken', cause: String(thrown) }))
  }

  #heard(checked: Checked, result: CheckResult, tookMs: number): void {
    const { target, state } = checked
    // It is gone, or gone and back: then another holds its place.
    if (this.#peers.get(keyOf(target.pool, target.address)) !== checked) return
    const { clock, metrics } = this.#ports
    metrics.counter('weir_health_checks_total', [target.pool, result.outcome]).add(1)
    checked.last = { result, atMs: clock.wallMs(), tookMs }
    checked.state = afterCheck(state, result.outcome === 'passed' ? 'passed' : 'failed', target.check)
    if (checked.state.health !== state.health) this.#turned(checked, result)
    this.#wait(checked, this.#pauseOf(checked))
  }

  #turned(checked: Checked, { outcome, cause }: CheckResult): void {
    const reading = readingOf(checked)
    const { log } = this.#ports
    this.#counts.add(reading.pool, reading.health === 'healthy' ? 'unhealthy' : 'healthy', -1)
    this.#counts.add(reading.pool, reading.health, 1)
    if (reading.health === 'healthy') log.info({ event: 'peer-healthy', pool: reading.pool, peer: reading.address })
    else log.warn({ event: 'peer-unhealthy', pool: reading.pool, peer: reading.address, outcome, cause })
    this.#changed([reading])
  }

  #pauseOf({ target, state }: Checked): number {
    const { intervalMs, unhealthyIntervalMs, jitterRatio } = target.check
    const meanMs = state.health === 'unhealthy' ? (unhealthyIntervalMs ?? intervalMs) : intervalMs
    return meanMs * (1 + jitterRatio * (2 * this.#ports.random.next() - 1))
  }
}

function readingOf({ target, state, last }: Checked): PeerHealthReading {
  const cause = state.health === 'healthy' ? '' : (last?.result.cause ?? 'it was not asked yet')
  return { pool: target.pool, address: target.address, health: state.health, cause }
}

// Pool ids hold no spaces, so no two peers share a key.
function keyOf(pool: string, address: string): string {
  return `${pool} ${address}`
}
