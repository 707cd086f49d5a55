// An audit of what a worker keeps: a fair sample over routes and hosts, compared with its origins at a steady pace.
//
// Invariant: nothing is said of an entry that was let go, or took another's place, while its origin was asked.

import { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import { pacing } from '../base/pacing.ts'
import { keyedPlace } from '../cache/asked-again.ts'
import { urlOfKey } from '../cache/cache-key.ts'
import type { Entry } from '../cache/entry.ts'
import { FairSample } from '../cache/fair-sample.ts'
import { fingerprintOf } from '../cache/fingerprint.ts'
import type { HeldPlace } from '../cache/memory-level.ts'
import type { AuditGroup, AuditProgress, AuditReport, AuditShare } from '../contract/audit.ts'
import { countSkipped, countVerdict, isDrift, newGroup } from '../contract/audit-tally.ts'
import { type AuditOutcome, auditEntry, auditIncoming, routeOf } from './audit-entry.ts'
import type { Exchange, Incoming, Tools } from './exchange.ts'
import { forgetCopy } from './static-copy.ts'

/** What an audit takes of the worker that it is of. */
export interface AuditWorld {
  readonly memory: { held(): Iterable<HeldPlace>; peek(place: HeldPlace): Entry | null }
  readonly tools: Tools
  /** An exchange of nobody. */
  readonly begin: (incoming: Incoming, wanted: Abort) => Exchange
  readonly snapshot: Exchange['snapshot']
  readonly told: (progress: AuditProgress) => void
  /** Fires when nobody wants the report any more. */
  readonly wanted: Abort
}

/** Origins asked at once. */
const LANES = 4
/** Places looked at before others have their turn. */
const SLICE = 500
/** Groups told apart; what is beyond is one group. */
const MAX_GROUPS = 200
/** For one whole answer. */
const ANSWER_MS = 30_000

/** Audits what a worker keeps. Never rejects because of an origin. */
export async function audit(share: AuditShare, world: AuditWorld): Promise<AuditReport> {
  const { timers } = world.tools
  const ending = new Abort()
  const [forgetWanted, cancel] = [world.wanted.on(() => ending.abort()), timers.after(share.deadlineMs, () => ending.abort())]
  const run = new AuditRun(share, world, ending)
  try {
    await run.compare(await run.sample())
  } finally {
    cancel()
    forgetWanted()
  }
  const ended = world.wanted.aborted ? 'stopped' : ending.aborted ? 'late' : 'whole'
  return { ended, groups: [...run.groups.values()] }
}

type Sampled = HeldPlace & { readonly group: AuditGroup }

class AuditRun {
  readonly groups = new Map<string, AuditGroup>()
  readonly #share: AuditShare
  readonly #world: AuditWorld
  readonly #ending: Abort
  #drifted = 0

  constructor(share: AuditShare, world: AuditWorld, ending: Abort) {
    this.#share = share
    this.#world = world
    this.#ending = ending
  }

  /** Counts what there is, then takes the sample. */
  async sample(): Promise<Sampled[]> {
    const held = new Map<AuditGroup, number>()
    await this.#walk(({ group }) => {
      group.held += 1
      held.set(group, group.held)
    })
    const { worker, workers, sample } = this.#share
    // Together no more than the sample, whatever the number of workers.
    const count = Math.floor(sample / workers) + (worker < sample % workers ? 1 : 0)
    const fair = new FairSample(held, count, this.#world.tools.random)
    const sampled: Sampled[] = []
    await this.#walk((place) => {
      if (fair.takes(place.group)) sampled.push(place)
    })
    return sampled
  }

  /** Compares each with its origin. */
  async compare(sampled: readonly Sampled[]): Promise<void> {
    const { tools, told } = this.#world
    const count = this.#share.ratePerS / this.#share.workers
    const pause = pacing({ ...tools, rate: { count, perMs: 1_000 } })
    const ended = new Promise<void>((resolve) => this.#ending.on(resolve))
    let next = 0
    let done = 0
    const lane = async (): Promise<void> => {
      while (next < sampled.length) {
        const place = sampled[next++]!
        await Promise.race([pause(), ended])
        if (this.#ending.aborted) return
        await this.#one(place)
        told({ done: ++done, of: sampled.length, drifted: this.#drifted })
      }
    }
    told({ done, of: sampled.length, drifted: 0 })
    await Promise.all(Array.from({ length: LANES }, lane))
  }

  async #one(place: Sampled): Promise<void> {
    const outcome = await this.#outcomeOf(place)
    // What was called off in the middle says nothing.
    if (this.#ending.aborted && 'verdict' in outcome && outcome.verdict === 'error') return
    if ('skipped' in outcome) return countSkipped(place.group, outcome.skipped)
    countVerdict(place.group, outcome.verdict, urlOfKey(place.key))
    if (isDrift(outcome.verdict)) this.#drifted += 1
  }

  async #outcomeOf(place: Sampled): Promise<AuditOutcome> {
    const { memory, tools, begin } = this.#world
    const kept = memory.peek(place)
    const entry = kept === null ? null : tools.fence.admit(place.key, kept, tools.clock.wallMs())
    if (entry === null) return { skipped: kept === null ? 'left' : 'purged' }
    const made = auditIncoming(place)
    if (typeof made === 'string') return { skipped: made }
    const wanted = new Abort()
    const forget = this.#ending.on(() => wanted.abort())
    const cancel = tools.timers.after(ANSWER_MS, () => wanted.abort())
    try {
      const x = begin(made.incoming, wanted)
      const outcome = await auditEntry(place, entry, made.again, x)
      if ('skipped' in outcome) return outcome
      if (memory.peek(place) !== kept) return { skipped: 'left' }
      if (isDrift(outcome.verdict) && this.#share.fix === 'yes') this.#forget(place, x)
      return outcome
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) tools.log.error({ event: 'audit-entry-failed', cause: String(thrown) })
      return { verdict: 'error' }
    } finally {
      cancel()
      forget()
    }
  }

  #forget({ key, group }: Sampled, x: Exchange): void {
    const { route } = routeOf(keyedPlace(key)!, x) ?? {}
    x.tools.forget(key)
    if (route !== undefined) forgetCopy(key, route, x)
    group.fixed += 1
  }

  async #walk(see: (place: Sampled) => void): Promise<void> {
    const { memory, tools } = this.#world
    const { worker, workers } = this.#share
    let seen = 0
    for (const place of memory.held()) {
      seen += 1
      if ((fingerprintOf(place.key) >>> 0) % workers === worker) see({ ...place, group: this.#groupOf(place) })
      if (seen % SLICE !== 0) continue
      await new Promise<void>((resolve) => tools.timers.after(0, resolve))
      if (this.#ending.aborted) return
    }
  }

  #groupOf(place: HeldPlace): AuditGroup {
    const keyed = keyedPlace(place.key)
    const found = keyed === null ? null : routeOf(keyed, this.#world)
    const [route, host] = found === null ? ['-', '-'] : [found.route.id, found.request.authority]
    const name = `${route} ${host}`
    const known = this.groups.get(name)
    if (known !== undefined) return known
    if (this.groups.size >= MAX_GROUPS) return this.#groupNamed('* *', '*', '*')
    return this.#groupNamed(name, route, host)
  }

  #groupNamed(name: string, route: string, host: string): AuditGroup {
    const group = this.groups.get(name) ?? newGroup(route, host)
    this.groups.set(name, group)
    return group
  }
}
