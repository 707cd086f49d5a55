// The one way in for configuration, whether from a file, from the control plane or from disk: validate → check → compile → swap → keep.
// A bad one leaves the running one alone. Changes are taken one after the other, in the order in which they came.

import type { Clock, Log, Metrics } from '../base/ports.ts'
import { acceptSite } from '../contract/accept-site.ts'
import { digestOf } from '../contract/canonical-json.ts'
import type { Problem } from '../contract/problem.ts'
import { EMPTY_ENDPOINTS, type Endpoints, type Publication } from '../contract/publication.ts'
import { EMPTY_SWITCHBOARD, type Switchboard } from '../contract/switchboard.ts'
import type { Told } from './compile.ts'

/** What the loader hands what it has accepted to. */
export interface LoaderTarget {
  /** Compiles on trial. @returns what is wrong, or null */
  tryCompile(told: Told): string | null
  /** Puts it in force everywhere. @returns what is wrong, or null */
  apply(told: Told, part: 'all' | 'switches' | 'endpoints'): Promise<string | null>
  /** Keeps it for a start without anybody to ask. */
  keep(told: Told): void
}

/** What the loader needs of the world. */
export interface LoaderPorts {
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
}

/** What stands beside a site; a control plane may send it first. */
type Beside = Pick<Told, 'switchboard' | 'endpoints'>

/** Takes configurations. */
export class Loader {
  readonly #target: LoaderTarget
  readonly #ports: LoaderPorts
  #told: Told | null = null
  /** Switches and endpoints that came before any site: the first one starts with them. */
  #early: Beside = { switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS }
  #turn: Promise<unknown> = Promise.resolve()

  constructor(target: LoaderTarget, ports: LoaderPorts) {
    this.#target = target
    this.#ports = ports
  }

  /** What is in force; null before the first. */
  get told(): Told | null {
    return this.#told
  }

  /** Takes what was kept by an earlier run, or comes from flags; it has been validated. */
  begin(told: Told): void {
    this.#told = told
    this.#note(told)
  }

  /** Takes a site from a file. @returns its problems; none when it is in force */
  site(value: unknown): Promise<readonly Problem[]> {
    return this.#inTurn(() => this.#takeSite(value, (this.#told?.revision ?? 0) + 1))
  }

  /** Takes a revision of the control plane. @returns its problems; none when it is in force */
  publication(publication: Publication): Promise<readonly Problem[]> {
    return this.#inTurn(() => {
      const { site, revision, digest } = publication
      const problems = digestProblems(site, digest)
      return problems.length > 0 ? this.#refuse(revision, problems) : this.#takeSite(site, revision)
    })
  }

  /** Takes a switchboard. Before any site it is kept for the first. */
  switchboard(switchboard: Switchboard): Promise<readonly Problem[]> {
    return this.#inTurn(() => this.#takePart({ switchboard }, 'switches'))
  }

  /** Takes endpoints. Before any site they are kept for the first. */
  endpoints(endpoints: Endpoints): Promise<readonly Problem[]> {
    return this.#inTurn(() => this.#takePart({ endpoints }, 'endpoints'))
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch((cause: unknown) => this.#ports.log.error({ event: 'config-failed', cause: String(cause) }))
    return result
  }

  async #takeSite(value: unknown, revision: number): Promise<readonly Problem[]> {
    const accepted = acceptSite(value)
    if (!accepted.ok) return this.#refuse(revision, accepted.problems)
    const site = accepted.value
    const { switchboard, endpoints } = this.#told ?? this.#early
    const told: Told = { revision, site, switchboard, endpoints }
    const problem = this.#target.tryCompile(told)
    return problem === null ? this.#put(told, 'all') : this.#refuse(revision, [{ pointer: '', message: problem }])
  }

  async #takePart(part: Partial<Beside>, which: 'switches' | 'endpoints'): Promise<readonly Problem[]> {
    if (this.#told !== null) return this.#put({ ...this.#told, ...part }, which)
    this.#early = { ...this.#early, ...part }
    return []
  }

  // What is told changes only once it is in force: who asks meanwhile hears of what is being served.
  async #put(told: Told, part: 'all' | 'switches' | 'endpoints'): Promise<readonly Problem[]> {
    const problem = await this.#apply(told, part)
    if (problem !== null) {
      const undoing = this.#told === null ? null : await this.#apply(this.#told, 'all')
      if (undoing !== null) this.#ports.log.error({ event: 'config-not-restored', revision: this.#told?.revision, problem: undoing })
      return this.#refuse(told.revision, [{ pointer: '', message: problem }])
    }
    this.#told = told
    this.#target.keep(told)
    this.#note(told)
    return []
  }

  async #apply(told: Told, part: 'all' | 'switches' | 'endpoints'): Promise<string | null> {
    try {
      return await this.#target.apply(told, part)
    } catch (cause) {
      return `cannot be put in force: ${String(cause)}`
    }
  }

  #refuse(revision: number, problems: readonly Problem[]): readonly Problem[] {
    this.#ports.metrics.counter('weir_config_swaps_total', ['refused']).add(1)
    this.#ports.log.warn({ event: 'config-refused', revision, problems: problems.slice(0, 5) })
    return problems
  }

  #note(told: Told): void {
    const { metrics, clock } = this.#ports
    metrics.counter('weir_config_swaps_total', ['taken']).add(1)
    metrics.gauge('weir_config_revision').set(told.revision)
    metrics.gauge('weir_config_applied_timestamp_seconds').set(Math.round(clock.wallMs() / 1_000))
    metrics.gauge('weir_switch_seq').set(told.switchboard.seq)
    metrics.gauge('weir_endpoint_seq').set(told.endpoints.seq)
  }
}

function digestProblems(site: unknown, digest: string): readonly Problem[] {
  try {
    return digestOf(site) === digest ? [] : [{ pointer: '/digest', message: 'is not the digest of the site that came with it' }]
  } catch (cause) {
    return [{ pointer: '/site', message: `has no digest: ${cause instanceof Error ? cause.message : String(cause)}` }]
  }
}
