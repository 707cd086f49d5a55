// What `weir canary` and `weir traffic` share: what can be done with a shift, and how shifts are shown.

import { type Shares, sharesText } from '../domain/shares.ts'
import type { ShiftView } from '../domain/shift-view.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call } from './command.ts'
import { connect, fetchValue } from './connect.ts'
import { report } from './report.ts'
import { changeBoard } from './standing.ts'
import { printable, table } from './table.ts'

/** What can be done with a shift, with the word for it when it is done. */
export const SHIFT_ACTS: Readonly<Record<string, string>> = {
  pause: 'is paused: its share grows no further',
  resume: 'goes on',
  advance: 'is at its next step',
  return: 'is taken back',
}

/** The traffic of a site, as the control plane tells it. */
export interface TrafficView {
  readonly routes: readonly {
    readonly route: string
    readonly shares: Shares
    readonly set: { readonly owner: string; readonly reason: string; readonly expiresAtMs?: number } | null
    readonly hasCanary: boolean
  }[]
  readonly shifts: readonly ShiftView[]
}

/** Asks what the traffic is. */
export async function fetchTraffic(call: Call): Promise<TrafficView> {
  return fetchValue<TrafficView>(await connect(call), '/v1/traffic')
}

/** Does something with the shift of a route. @param act one of `SHIFT_ACTS` */
export function actOnShift(call: Call, act: string, route: string): Promise<number> {
  const path = `/v1/shifts/${encodeURIComponent(route)}/${act}`
  const body = { reason: call.flags.text('reason') ?? '' }
  return changeBoard(call, { method: 'POST', path, body }, `the shift of ${route} ${SHIFT_ACTS[act]}`)
}

/** Why something is done. @throws CliError when nobody says */
export function reasonOf(call: Call): string {
  const reason = call.flags.text('reason')
  if (reason === undefined || reason.trim() === '') throw usageError('say why, for who reads it at night: --reason "…"')
  return reason
}

/** The one route that a line names. @throws CliError when it names none, or more */
export function oneRoute(verb: string, words: readonly string[]): string {
  const [route, ...more] = words
  if (route === undefined || more.length > 0) throw usageError(`${verb} takes one route`)
  return route
}

/** Shows shifts. @param empty what is said when there are none */
export function listShifts(call: Call, shifts: readonly ShiftView[], empty: string): number {
  const headings = ['ROUTE', 'GROUP', 'STATE', 'SHARE', 'STEP', 'REQUESTS', 'FAILED']
  // Whole, however narrow the terminal: it is what is looked for.
  const reasons = shifts.map(({ route, told }) => printable(`${route}: ${told}`))
  report(call, shifts, shifts.length === 0 ? [empty] : [...table(headings, shifts.map(shiftCells), call.terminal.columns), ...reasons])
  return EXIT.done
}

/** Shares, and who set them. */
export function routeCells({ route, shares, set }: TrafficView['routes'][number]): string[] {
  return [route, sharesText(shares), set?.owner ?? 'the site', set?.reason ?? ''].map(printable)
}

function shiftCells({ route, group, stage, percent, steps, tally }: ShiftView): string[] {
  const step = 'step' in stage ? `${stage.step + 1}/${steps.length}` : '-'
  const { requests, failures } = tally.group
  return [route, group, stage.state, `${Number(percent.toFixed(2))} %`, step, String(requests), String(failures)].map(printable)
}
