// A shift as it is shown to operators.

import type { Verdict } from './canary.ts'
import { type Shift, shiftText } from './shift.ts'
import type { StepTally } from './shift-tallies.ts'

/** A shift as it is shown. */
export interface ShiftView extends Shift {
  readonly percent: number
  readonly tally: StepTally
  readonly verdict: Verdict['kind']
  /** What keeps it at its step, or why it is over. */
  readonly told: string
}

/** How a shift is shown. @param now its share, its figures and what they say @param nowMs wall clock */
export function viewOf(shift: Shift, now: { percent: number; tally: StepTally; verdict: Verdict }, nowMs: number): ShiftView {
  const { percent, tally, verdict } = now
  return { ...shift, percent, tally, verdict: verdict.kind, told: shiftText(shift, verdict, nowMs) }
}
