// What an operator says to start a shift, and the shift that it makes.

import Type from 'typebox'
import type { Site } from '../../edge/contract/site.ts'
import type { CanaryConfig } from '../../edge/contract/traffic.ts'
import type { CanaryLimits } from './canary.ts'
import type { Shares } from './shares.ts'
import { type LiveShift, ShiftSchema, StepMs, stepsAhead } from './shift.ts'

const reason = Type.String({ minLength: 1, maxLength: 512, description: 'Why, for who reads it at night.' })

/** A shift to be started: a canary by the rule of its route, or a switch to a group by the clock. */
export const NewShiftSchema = Type.Union([
  Type.Object({ kind: Type.Literal('canary'), reason }, { additionalProperties: false }),
  Type.Object(
    { kind: Type.Literal('switch'), to: ShiftSchema.properties.group, steps: ShiftSchema.properties.steps, stepMs: StepMs, reason },
    { additionalProperties: false },
  ),
])
/** A shift to be started. */
export type NewShift = Type.Static<typeof NewShiftSchema>

/** What a new shift is made of beside its order. */
export interface ShiftGround {
  readonly site: Site | null
  /** Those in force; null when the route has no groups. */
  readonly shares: Shares | null
  readonly owner: string
  readonly nowMs: number
}

/** A shift before its first step, or why there is none. */
export function newShift(
  route: string,
  order: NewShift,
  { site, shares, owner, nowMs }: ShiftGround,
): { readonly kind: 'made'; readonly shift: LiveShift } | Refused {
  if (site === null || shares === null) return refused(`The site has no route "${route}" with groups.`)
  const wanted = order.kind === 'canary' ? canaryTerms(site.routes[route]!.split!.canary) : { ...order, group: order.to, limits: null }
  if (wanted === null) return refused(`The split of "${route}" has no canary; add one to the site, or switch by hand.`)
  const { group, stepMs, limits } = wanted
  if (!Object.hasOwn(shares, group)) return refused(`"${route}" has no group "${group}"; there is ${Object.keys(shares).join(', ')}.`)
  const rises = wanted.steps.every((percent, index) => index === 0 || percent > wanted.steps[index - 1]!)
  if (!rises) return refused('Each step must be more than the one before it.')
  const steps = stepsAhead(wanted.steps, shares[group]!)
  if (steps.length === 0) return refused(`"${group}" has ${shares[group]} % already; no step is above that.`)
  const stage = { state: 'running', step: 0, sinceMs: nowMs, seq: 0 } as const
  return {
    kind: 'made',
    shift: { route, group, steps, stepMs, limits, before: { ...shares }, owner, reason: order.reason, startedAtMs: nowMs, stage },
  }
}

function canaryTerms(
  canary: CanaryConfig | undefined,
): (Pick<CanaryConfig, 'group' | 'steps' | 'stepMs'> & { readonly limits: CanaryLimits }) | null {
  if (canary === undefined) return null
  const { group, steps, stepMs, minRequests, maxErrorRatioMore, maxLatencyRatio, latencyQuantile } = canary
  return { group, steps, stepMs, limits: { minRequests, maxErrorRatioMore, maxLatencyRatio, latencyQuantile } }
}

/** Why an order is not followed, in a sentence. */
export interface Refused {
  readonly kind: 'refused'
  readonly because: string
}

/** An order that is not followed. */
export function refused(because: string): Refused {
  return { kind: 'refused', because }
}
