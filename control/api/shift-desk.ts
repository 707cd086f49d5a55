// The one place where shifts begin, go on and end: by orders of operators, and by themselves once a second. A change is stored with its
// audit entry, and on its way to every edge with the switchboard, within one tick.
//
// Invariant: what stands on the switchboard for the route of a shift that is not over is the share of its step.

import type { Cancel, Clock, Log, Timers } from '../../edge/base/ports.ts'
import type { Site } from '../../edge/contract/site.ts'
import type { Switchboard } from '../../edge/contract/switchboard.ts'
import { CONTROL_GROUP } from '../../edge/contract/traffic.ts'
import { SECOND_MS } from '../../edge/contract/units.ts'
import { type Actor, auditEntry, type Deed, ITSELF } from '../domain/audit.ts'
import type { EdgeBeat } from '../domain/edge-message.ts'
import { type Shares, sharesOf, sharesText } from '../domain/shares.ts'
import {
  atStep,
  ended,
  isLive,
  type LiveShift,
  MAX_SHIFTS,
  nextMove,
  type Shift,
  sharesAt,
  sharesBack,
  shiftText,
} from '../domain/shift.ts'
import { type NewShift, newShift, type Refused, refused } from '../domain/shift-order.ts'
import { ShiftTallies } from '../domain/shift-tallies.ts'
import { type ShiftView, viewOf } from '../domain/shift-view.ts'
import { weightsOf, withWeights } from '../domain/weights.ts'
import type { Store } from '../store/store.ts'

/** What an operator may do with a shift. */
export type ShiftAct = 'pause' | 'resume' | 'advance' | 'return'

/** What became of an order: what stands now, or why nothing was done. */
export type ShiftOutcome = { readonly kind: 'changed'; readonly shift: Shift; readonly seq: number } | Refused

/** What the desk works with. */
export interface ShiftDeskParts {
  readonly store: Pick<Store, 'shifts' | 'saveShifts' | 'switchboard' | 'current'>
  /** Sends the switchboard to every edge. */
  readonly send: (board: Switchboard) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** All shifts. */
export class ShiftDesk {
  readonly #parts: ShiftDeskParts
  readonly #tallies = new ShiftTallies()
  readonly #stop: Cancel
  #shifts: ReadonlyMap<string, Shift>

  /** Goes on with what was kept. @throws EdgeError CONFIG_UNREADABLE */
  constructor(parts: ShiftDeskParts) {
    this.#parts = parts
    this.#shifts = new Map(parts.store.shifts().map((shift) => [shift.route, shift]))
    this.#stop = parts.timers.every(SECOND_MS, () => this.#tick())
  }

  /** Nothing goes on by itself any more. */
  close(): void {
    this.#stop()
  }

  /** Whether a shift of this route is not over. */
  isBusy(route: string): boolean {
    const shift = this.#shifts.get(route)
    return shift !== undefined && isLive(shift)
  }

  /** Takes the figures of an edge. */
  hear(beat: EdgeBeat): void {
    this.#tallies.hear(beat, (route) => this.#shifts.get(route))
  }

  /** All shifts, the one started last first. One that is over is shown for as long as its shares stand. */
  list(): readonly ShiftView[] {
    return this.#standing()
      .sort((a, b) => b.startedAtMs - a.startedAtMs)
      .map((shift) => this.view(shift))
  }

  /** A shift as it is shown. */
  view(shift: Shift): ShiftView {
    const percent = this.#shares(shift.route)?.[shift.group] ?? 0
    return viewOf(
      shift,
      { percent, tally: this.#tallies.of(shift.route), verdict: this.#tallies.verdict(shift) },
      this.#parts.clock.wallMs(),
    )
  }

  /** Starts a shift. @throws EdgeError STATE_UNWRITABLE */
  start(route: string, order: NewShift, actor: Actor): ShiftOutcome {
    if (this.isBusy(route)) return refused(`A shift of "${route}" is under way; return it or let it end first.`)
    const nowMs = this.#parts.clock.wallMs()
    const made = newShift(route, order, { site: this.#site, shares: this.#shares(route), owner: actor.name, nowMs })
    if (made.kind === 'refused') return made
    if (this.#standing().length >= MAX_SHIFTS) return refused(`${MAX_SHIFTS} shifts stand; take the shares of an old one back first.`)
    this.#tallies.forget(route)
    return this.#toStep(made.shift, 0, { action: 'shift.start', reason: order.reason }, actor)
  }

  /** Does what an operator wants with a shift. @throws EdgeError STATE_UNWRITABLE */
  act(route: string, act: ShiftAct, reason: string, actor: Actor): ShiftOutcome {
    const shift = this.#shifts.get(route)
    if (shift === undefined) return refused(`There is no shift of "${route}".`)
    if (act === 'return' && shift.stage.state !== 'returned')
      return this.#back(shift, reason || `taken back by ${actor.name}`, reason, actor)
    if (!isLive(shift)) return refused(`The shift of "${route}" is over: ${shiftText(shift, this.#tallies.verdict(shift), 0)}.`)
    if (act === 'advance') return this.#advance(shift, reason, actor)
    const stage = { ...shift.stage, state: act === 'pause' ? 'paused' : 'running' } as const
    return this.#keep({ ...shift, stage }, null, { action: `shift.${act}`, reason }, actor)
  }

  #standing(): Shift[] {
    const routes = new Set(this.#parts.store.switchboard().weights?.map(({ route }) => route))
    return [...this.#shifts.values()].filter((shift) => isLive(shift) || routes.has(shift.route))
  }

  get #site(): Site | null {
    return this.#parts.store.current()?.site ?? null
  }

  #shares(route: string): Shares | null {
    const { store, clock } = this.#parts
    return sharesOf(this.#site, store.switchboard(), route, clock.wallMs())
  }

  #tick(): void {
    for (const shift of this.#shifts.values()) {
      if (!isLive(shift)) continue
      try {
        this.#go(shift)
      } catch (cause) {
        // A full disk must not stop the others; this one is tried again with the next tick.
        this.#parts.log.error({ event: 'shift-not-kept', route: shift.route, cause: String(cause) })
      }
    }
  }

  #go(shift: LiveShift): void {
    const { clock } = this.#parts
    if (!Object.hasOwn(this.#shares(shift.route) ?? {}, shift.group)) {
      this.#back(shift, 'the site no longer has this group', '', ITSELF)
      return
    }
    const move = nextMove(shift, this.#tallies.verdict(shift), clock.wallMs())
    if (move.kind === 'return') this.#back(shift, move.because, move.because, ITSELF)
    if (move.kind === 'step') this.#toStep(shift, move.step, { action: 'shift.step', reason: 'it fares well' }, ITSELF)
    if (move.kind === 'done') {
      const over = ended(shift, 'done', move.because, clock.wallMs())
      this.#keep(over, null, { action: 'shift.done', reason: move.because }, ITSELF)
    }
  }

  #advance(shift: LiveShift, reason: string, actor: Actor): ShiftOutcome {
    const { step } = shift.stage
    if (step >= shift.steps.length - 1) return refused(`The shift of "${shift.route}" is at its last step.`)
    return this.#toStep(shift, step + 1, { action: 'shift.step', reason }, actor)
  }

  #toStep(shift: LiveShift, step: number, deed: Pick<Deed, 'action' | 'reason'>, actor: Actor): ShiftOutcome {
    const { store, clock } = this.#parts
    const shares = sharesAt(shift, step)
    const next = atStep(shift, step, store.switchboard().seq + 1, clock.wallMs())
    const outcome = this.#keep(next, shares, deed, actor)
    if (outcome.kind === 'changed') this.#tallies.restart(shift.route, shares[CONTROL_GROUP] !== 0)
    return outcome
  }

  #back(shift: Shift, because: string, reason: string, actor: Actor): ShiftOutcome {
    const over = ended(shift, 'returned', because, this.#parts.clock.wallMs())
    return this.#keep(over, sharesBack(shift), { action: 'shift.return', reason }, actor)
  }

  /** @param shares that the route gets; null leaves them as they are */
  #keep(shift: Shift, shares: Shares | null, { action, reason }: Pick<Deed, 'action' | 'reason'>, actor: Actor): ShiftOutcome {
    const { store, clock, send, log } = this.#parts
    const nowMs = clock.wallMs()
    const board = shares === null ? store.switchboard() : this.#boardWith(shift, shares, nowMs)
    if (board === null) return refused('There are as many shares on the switchboard as there may be.')
    const shifts = new Map([...this.#standing().map((each) => [each.route, each] as const), [shift.route, shift]])
    const change = { group: shift.group, ...(shares === null ? {} : { shares: sharesText(shares) }), seq: board.seq }
    store.saveShifts([...shifts.values()], board, auditEntry(actor, { action, subject: shift.route, reason, change }, nowMs))
    this.#shifts = shifts
    if (shares !== null) send(board)
    log.info({ event: action, route: shift.route, ...change, reason, by: actor.name })
    return { kind: 'changed', shift, seq: board.seq }
  }

  #boardWith(shift: Shift, shares: Shares, nowMs: number): Switchboard | null {
    const why = 'because' in shift.stage ? `returned: ${shift.stage.because}` : shift.reason
    const weights = weightsOf(shift.route, shares, { owner: shift.owner, nowMs }, why)
    const change = withWeights(this.#parts.store.switchboard(), weights, nowMs)
    return change.kind === 'changed' ? change.board : null
  }
}
