// Changes of the switchboard: pure, from one board to the next. Every change counts the sequence number up by one and drops
// what has expired, so that the board cannot fill up with what is over.

import Type from 'typebox'
import { type Problem, pointerMember } from '../../edge/contract/problem.ts'
import type { Site } from '../../edge/contract/site.ts'
import {
  MAX_STANDING_MS,
  type Override,
  OverrideSchema,
  type Switch,
  type Switchboard,
  SwitchSchema,
} from '../../edge/contract/switchboard.ts'
import { DurationMs, SECOND_MS } from '../../edge/contract/units.ts'

/** The most switches, and the most overrides, that stand at once. */
export const MAX_STANDING = 1_000

const forMs = DurationMs({ minimum: SECOND_MS, maximum: MAX_STANDING_MS, description: 'How long it stands; it ends by itself.' })

/** What an operator says to set a switch; its name stands in the URL, its owner is who asks. */
export const SwitchOrderSchema = Type.Object(
  {
    routes: SwitchSchema.properties.routes,
    clients: SwitchSchema.properties.clients,
    mode: SwitchSchema.properties.mode,
    reason: SwitchSchema.properties.reason,
    forMs,
  },
  { additionalProperties: false },
)
/** What an operator says to set a switch. */
export type SwitchOrder = Type.Static<typeof SwitchOrderSchema>

/** What an operator says to override a limit; its name stands in the URL, its owner is who asks. */
export const OverrideOrderSchema = Type.Object(
  { rate: OverrideSchema.properties.rate, burst: OverrideSchema.properties.burst, reason: OverrideSchema.properties.reason, forMs },
  { additionalProperties: false },
)
/** What an operator says to override a limit. */
export type OverrideOrder = Type.Static<typeof OverrideOrderSchema>

/** Who sets it, and when. */
export interface By {
  readonly owner: string
  readonly nowMs: number
}

/** What became of an order: the next board, or why there is none. */
export type BoardChange =
  | { readonly kind: 'changed'; readonly board: Switchboard }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  | { readonly kind: 'absent' }

/** Sets a switch, or replaces the one of that name. Routes that the site does not have are refused. */
export function setSwitch(board: Switchboard, site: Site | null, wanted: SwitchOrder & { readonly id: string }, by: By): BoardChange {
  const problems = wanted.routes.flatMap((route, index) =>
    site && Object.hasOwn(site.routes, route) ? [] : [{ pointer: `/routes/${index}`, message: `the site has no route "${route}"` }],
  )
  if (problems.length > 0) return { kind: 'refused', problems }
  const others = standing(board.switches, by.nowMs).filter((each) => each.id !== wanted.id)
  const { forMs: _, ...order } = wanted
  const set: Switch = { ...order, ...term(wanted.forMs, by) }
  return withRoom(others, (switches) => next(board, by.nowMs, { switches: [...switches, set] }))
}

/** Takes a switch back; `absent` when none of that name stands. */
export function clearSwitch(board: Switchboard, id: string, nowMs: number): BoardChange {
  const switches = standing(board.switches, nowMs)
  const rest = switches.filter((each) => each.id !== id)
  if (rest.length === switches.length) return { kind: 'absent' }
  return { kind: 'changed', board: next(board, nowMs, { switches: rest }) }
}

/** Overrides a limit, or replaces its override. A limit that the site does not have is refused. */
export function setOverride(
  board: Switchboard,
  site: Site | null,
  wanted: OverrideOrder & { readonly limit: string },
  by: By,
): BoardChange {
  if (!site || !Object.hasOwn(site.limits, wanted.limit)) {
    return {
      kind: 'refused',
      problems: [{ pointer: `/limits/${pointerMember(wanted.limit)}`, message: `the site has no limit "${wanted.limit}"` }],
    }
  }
  const others = standing(board.overrides, by.nowMs).filter((each) => each.limit !== wanted.limit)
  const { forMs: _, ...order } = wanted
  const set: Override = { ...order, ...term(wanted.forMs, by) }
  return withRoom(others, (overrides) => next(board, by.nowMs, { overrides: [...overrides, set] }))
}

/** Takes the override of a limit back; `absent` when there is none. */
export function clearOverride(board: Switchboard, limit: string, nowMs: number): BoardChange {
  const overrides = standing(board.overrides, nowMs)
  const rest = overrides.filter((each) => each.limit !== limit)
  if (rest.length === overrides.length) return { kind: 'absent' }
  return { kind: 'changed', board: next(board, nowMs, { overrides: rest }) }
}

/** The board without what has expired; the sequence number stays. */
export function inForce(board: Switchboard, nowMs: number): Switchboard {
  const weights = (board.weights ?? []).filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs)
  const kept = { seq: board.seq, switches: standing(board.switches, nowMs), overrides: standing(board.overrides, nowMs) }
  const maintenance = standing(board.maintenance ?? [], nowMs)
  return { ...kept, ...(weights.length === 0 ? {} : { weights }), ...(maintenance.length === 0 ? {} : { maintenance }) }
}

function standing<T extends { readonly expiresAtMs: number }>(entries: readonly T[], nowMs: number): T[] {
  return entries.filter((entry) => entry.expiresAtMs > nowMs)
}

function term(lengthMs: number, by: By): Pick<Switch, 'owner' | 'setAtMs' | 'expiresAtMs'> {
  return { owner: by.owner, setAtMs: by.nowMs, expiresAtMs: by.nowMs + lengthMs }
}

function next(board: Switchboard, nowMs: number, changed: Partial<Pick<Switchboard, 'switches' | 'overrides'>>): Switchboard {
  return { ...inForce(board, nowMs), ...changed, seq: board.seq + 1 }
}

function withRoom<T>(others: T[], make: (others: T[]) => Switchboard): BoardChange {
  if (others.length >= MAX_STANDING)
    return { kind: 'refused', problems: [{ pointer: '', message: `${MAX_STANDING} already stand; take one back first` }] }
  return { kind: 'changed', board: make(others) }
}
