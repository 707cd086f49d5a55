// A shift: the traffic of a route moves to one of its groups in steps, and back. A canary is a shift that is judged; a switch of zones or
// pools is one that goes by the clock alone. Pure: a shift, a verdict and a time in, what is next out.
//
//   running ⇄ paused ──▶ done        the last step was long enough, and well
//        └───────┴────▶ returned     it fared worse, or an operator said so

import Type from 'typebox'
import { ID_PATTERN, Id } from '../../edge/contract/identifiers.ts'
import { CanarySchema, Percent } from '../../edge/contract/traffic.ts'
import { Count, DAY_MS, DateMs, DurationMs, SECOND_MS } from '../../edge/contract/units.ts'
import type { Verdict } from './canary.ts'
import { moved, type Shares } from './shares.ts'

const text = (maxLength: number, description: string) => Type.String({ maxLength, description })
const { minRequests, maxErrorRatioMore, maxLatencyRatio, latencyQuantile, steps } = CanarySchema.properties

// One branch of the union for each state: by its constant a branch is told from the others.
const atStepOf = <State extends string>(state: State) =>
  Type.Object({
    state: Type.Literal(state),
    step: Type.Integer({ minimum: 0, maximum: 19 }),
    sinceMs: DateMs('Since when this step stands.'),
    seq: Count('The switchboard that brought it.'),
  })
const overOf = <State extends string>(state: State) =>
  Type.Object({ state: Type.Literal(state), atMs: DateMs('When.'), because: text(512, 'Why.') })

/** How long each step of a shift may last. */
export const StepMs = DurationMs({ minimum: SECOND_MS, maximum: DAY_MS, description: 'How long each step lasts at least.' })

/** A shift, as it is kept. */
export const ShiftSchema = Type.Object({
  route: Id('The route.'),
  group: Id('The group that the traffic moves to; "control" is one.'),
  steps,
  stepMs: StepMs,
  limits: Type.Union([Type.Object({ minRequests, maxErrorRatioMore, maxLatencyRatio, latencyQuantile }), Type.Null()], {
    description: 'By what it is judged; null for a switch, which is not.',
  }),
  before: Type.Record(Type.String({ pattern: ID_PATTERN }), Percent({ description: 'A share.' }), {
    description: 'The shares that it began with.',
  }),
  owner: text(128, 'Who started it.'),
  reason: text(512, 'Why.'),
  startedAtMs: DateMs('When it was started.'),
  stage: Type.Union([atStepOf('running'), atStepOf('paused'), overOf('done'), overOf('returned')]),
})
/** The most shifts that are kept, those that are over among them. */
export const MAX_SHIFTS = 1_000
/** Shifts, as they are kept: one of each route. */
export const ShiftsSchema = Type.Array(ShiftSchema, { maxItems: MAX_SHIFTS })
/** A shift. */
export type Shift = Type.Static<typeof ShiftSchema>
/** A shift that is not over. */
export type LiveShift = Shift & { readonly stage: Extract<Shift['stage'], { step: number }> }

/** What an edge would be told next, if anything. */
export type NextMove =
  | { readonly kind: 'stay' }
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'done' | 'return'; readonly because: string }

/** Whether a shift is not over. */
export function isLive(shift: Shift): shift is LiveShift {
  return shift.stage.state === 'running' || shift.stage.state === 'paused'
}

/** The steps that are ahead of a group with this share. */
export function stepsAhead(all: readonly number[], percent: number): number[] {
  return all.filter((step) => step > percent)
}

/** What a shift does now by itself. @param verdict what the figures of its step say @param nowMs wall clock */
export function nextMove({ stage, steps: all, stepMs, limits }: LiveShift, verdict: Verdict, nowMs: number): NextMove {
  // Paused means that it grows no further; what is bad goes back all the same.
  if (limits !== null && verdict.kind === 'worse') return { kind: 'return', because: verdict.because }
  if (stage.state === 'paused' || nowMs - stage.sinceMs < stepMs) return STAY
  if (limits !== null && verdict.kind !== 'well') return STAY
  const last = stage.step >= all.length - 1
  if (!last) return { kind: 'step', step: stage.step + 1 }
  return { kind: 'done', because: limits === null ? 'all steps are done' : verdict.because }
}

/** The shares at a step. */
export function sharesAt({ before, group, steps: all }: Shift, step: number): Shares {
  return moved(before, group, all[step]!)
}

/** The shares that a shift goes back to. What was judged to be bad gets nothing, even where the site gives it a share. */
export function sharesBack({ before, group, limits }: Shift): Shares {
  return limits === null ? before : moved(before, group, 0)
}

/** The shift at another step. @param seq of the switchboard that brings it */
export function atStep(shift: LiveShift, step: number, seq: number, nowMs: number): LiveShift {
  return { ...shift, stage: { state: shift.stage.state, step, sinceMs: nowMs, seq } }
}

/** The shift, over. */
export function ended(shift: Shift, state: 'done' | 'returned', because: string, nowMs: number): Shift {
  return { ...shift, stage: { state, atMs: nowMs, because: because.slice(0, 512) } }
}

/** What keeps a shift at its step, or why it is over, in a sentence. */
export function shiftText(shift: Shift, verdict: Verdict, nowMs: number): string {
  const { stage, stepMs, limits } = shift
  if ('because' in stage) return stage.because
  const leftMs = stage.sinceMs + stepMs - nowMs
  const judged = limits === null ? '' : verdict.because
  if (stage.state === 'paused') return ['paused by an operator', judged].filter(Boolean).join('; ')
  if (leftMs > 0) return [`${Math.ceil(leftMs / SECOND_MS)} s of this step are left`, judged].filter(Boolean).join('; ')
  return judged
}

const STAY: NextMove = { kind: 'stay' }
