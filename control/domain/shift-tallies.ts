// What was counted of running shifts, by route: of the group and of the control group, at the present step. Not kept on disk: after a restart
// a step gathers its requests anew.

import { CONTROL_GROUP } from '../../edge/contract/traffic.ts'
import { judge, NO_TALLY, plus, type Tally, type Verdict } from './canary.ts'
import type { EdgeBeat } from './edge-message.ts'
import { isLive, type LiveShift, type Shift } from './shift.ts'

/** The figures of a step. */
export interface StepTally {
  readonly group: Tally
  readonly control: Tally
}

const NOTHING: StepTally = { group: NO_TALLY, control: NO_TALLY }

/** The figures of all running shifts. */
export class ShiftTallies {
  readonly #byRoute = new Map<string, StepTally>()

  /** What was counted at the present step of a route. */
  of(route: string): StepTally {
    return this.#byRoute.get(route) ?? NOTHING
  }

  /** What the figures say of a shift; nothing against one that is not judged. */
  verdict({ route, limits }: Shift): Verdict {
    const { group, control } = this.of(route)
    return limits === null ? { kind: 'well', because: '' } : judge(group, control, limits)
  }

  /** Takes the figures of a beat. An edge that does not have the step in force yet speaks of the one before. */
  hear(beat: Pick<EdgeBeat, 'have' | 'groups'>, shiftOf: (route: string) => Shift | undefined): void {
    for (const reading of beat.groups ?? []) {
      const shift = shiftOf(reading.route)
      if (shift === undefined || !isLive(shift) || beat.have.switchSeq < shift.stage.seq) continue
      this.#add(shift, reading.group, reading)
    }
  }

  /** Another step begins. Where the control group gets nothing any more, what it showed last is what remains to compare with. */
  restart(route: string, controlGoesOn: boolean): void {
    const { control } = this.of(route)
    this.#byRoute.set(route, { group: NO_TALLY, control: controlGoesOn ? NO_TALLY : control })
  }

  /** Forgets a route. */
  forget(route: string): void {
    this.#byRoute.delete(route)
  }

  #add({ route, group }: LiveShift, of: string, tally: Tally): void {
    const known = this.of(route)
    if (of === group) this.#byRoute.set(route, { ...known, group: plus(known.group, tally) })
    else if (of === CONTROL_GROUP) this.#byRoute.set(route, { ...known, control: plus(known.control, tally) })
  }
}
