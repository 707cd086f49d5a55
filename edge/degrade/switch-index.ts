// The switchboard made ready for requests: which switch stands for a route and a class of client, and which override for a limit.
// Entries that have ended stay in the index and are passed over by the caller's clock, so they go out on time
// even when no control plane is left to take them back.

import type { ClientClass } from '../contract/client.ts'
import { MODE_SEVERITY, type Mode } from '../contract/degrade.ts'
import type { Override, Switch, Switchboard } from '../contract/switchboard.ts'

/** The mode of a request, and the switch that set it; null when none did. */
export interface Degradation {
  readonly mode: Mode
  readonly by: Switch | null
}

/** Service as usual. */
export const NORMAL: Degradation = Object.freeze({ mode: 'normal', by: null })

const NOTHING: readonly never[] = []

/** A mode that a switch set. */
interface Switched extends Degradation {
  readonly by: Switch
}

/** Switches that touch one class, each list from the one that stands first to the one that stands last. */
interface ClassSwitches {
  readonly everywhere: readonly Switched[]
  readonly byRoute: ReadonlyMap<string, readonly Switched[]>
}

/** Switches and overrides by what they touch; one map lookup when there are none. */
export class SwitchIndex {
  readonly #switches: readonly Switch[]
  readonly #people: ClassSwitches
  readonly #crawlers: ClassSwitches
  readonly #overrides: ReadonlyMap<string, readonly Override[]>

  constructor(switchboard: Switchboard) {
    this.#switches = switchboard.switches
    const first = switchboard.switches.toSorted(byStanding)
    this.#people = classSwitches(first.filter((entry) => entry.clients !== 'crawlers'))
    this.#crawlers = classSwitches(first.filter((entry) => entry.clients !== 'people'))
    this.#overrides = Map.groupBy(switchboard.overrides.toSorted(byLatest), (override) => override.limit)
  }

  /** The severest switch in force for a route and a class; of equals the one set last. @param nowMs wall clock */
  modeOf(routeId: string, clientClass: ClientClass, nowMs: number): Degradation {
    const { everywhere, byRoute } = clientClass === 'person' ? this.#people : this.#crawlers
    const wide = firstInForce(everywhere, nowMs)
    const narrow = byRoute.size === 0 ? null : firstInForce(byRoute.get(routeId), nowMs)
    if (wide === null || narrow === null) return wide ?? narrow ?? NORMAL
    return byStanding(wide.by, narrow.by) <= 0 ? wide : narrow
  }

  /** The override of a limit that is in force; of several the one set last. @param nowMs wall clock */
  activeOverride(limitId: string, nowMs: number): Override | null {
    for (const override of this.#overrides.get(limitId) ?? NOTHING) if (isInForce(override, nowMs)) return override
    return null
  }

  /** All switches in force, as they stand in the switchboard. @param nowMs wall clock */
  activeSwitches(nowMs: number): readonly Switch[] {
    return this.#switches.filter((entry) => isInForce(entry, nowMs))
  }
}

/** Makes a switchboard ready for requests. */
export function compileSwitches(switchboard: Switchboard): SwitchIndex {
  return new SwitchIndex(switchboard)
}

function classSwitches(ordered: readonly Switch[]): ClassSwitches {
  const everywhere: Switched[] = []
  const byRoute = new Map<string, Switched[]>()
  for (const entry of ordered) {
    const degradation = { mode: entry.mode, by: entry }
    if (entry.routes.length === 0) everywhere.push(degradation)
    for (const route of entry.routes) {
      const list = byRoute.get(route)
      if (list === undefined) byRoute.set(route, [degradation])
      else list.push(degradation)
    }
  }
  return { everywhere, byRoute }
}

function firstInForce(list: readonly Switched[] = NOTHING, nowMs: number): Switched | null {
  for (const switched of list) if (isInForce(switched.by, nowMs)) return switched
  return null
}

/** An entry ends at its date: at that very millisecond it is over. */
function isInForce(entry: { readonly expiresAtMs: number }, nowMs: number): boolean {
  return nowMs < entry.expiresAtMs
}

/** Severest first, then the one set last, then by id so that all edges agree. */
function byStanding(a: Switch, b: Switch): number {
  return MODE_SEVERITY[b.mode] - MODE_SEVERITY[a.mode] || byLatest(a, b) || (a.id < b.id ? -1 : 1)
}

function byLatest(a: { readonly setAtMs: number }, b: { readonly setAtMs: number }): number {
  return b.setAtMs - a.setAtMs
}
