// `weir traffic`: the shares of groups, by hand or in steps, and back.

import { formatDurationMs } from '../../edge/contract/units.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { report } from './report.ts'
import { actOnShift, fetchTraffic, listShifts, oneRoute, reasonOf, routeCells, SHIFT_ACTS } from './shift-acts.ts'
import { changeBoard, STANDING_FLAGS } from './standing.ts'
import { table } from './table.ts'

const STEPS = '10,50,100'
const EVERY_MS = 60_000

/** The command `traffic`. */
export const traffic: Command = {
  name: 'traffic',
  summary: 'share requests among groups, by hand or in steps',
  usage: [
    'traffic set ROUTE GROUP=PERCENT… --reason TEXT [--for 1h]',
    'traffic switch ROUTE --to GROUP --reason TEXT [--steps 10,50,100] [--every 1m]',
    'traffic pause|resume|advance|return ROUTE [--reason TEXT]',
    'traffic off ROUTE [--reason TEXT]',
    'traffic list',
  ],
  flags: {
    to: { value: 'GROUP', help: 'who gets it; control is the pool of the route' },
    steps: { value: 'PERCENTS', help: `its shares, one after the other (${STEPS})` },
    every: { value: 'DURATION', help: 'how long each step lasts (1m)' },
    ...STANDING_FLAGS,
  },
  examples: [
    'traffic switch shop --to east --steps 10,50,100 --every 1m --reason "work in the west"',
    'traffic return shop',
    'traffic set shop v2=10 --reason "a first look"',
  ],
  async run(call) {
    const [verb, ...words] = call.args
    if (verb === 'list' && words.length === 0) return list(call)
    if (verb === 'set') return set(call, words)
    if (verb === 'switch') return switchTo(call, oneRoute('traffic switch', words))
    if (verb === 'off') return off(call, oneRoute('traffic off', words))
    if (verb !== undefined && Object.hasOwn(SHIFT_ACTS, verb)) return actOnShift(call, verb, oneRoute(`traffic ${verb}`, words))
    throw usageError('traffic takes set, switch, pause, resume, advance, return, off or list; `weir traffic --help` shows how')
  },
}

function set(call: Call, [route, ...pairs]: readonly string[]): Promise<number> {
  if (route === undefined || pairs.length === 0)
    throw usageError('traffic set takes a route and shares: weir traffic set shop v2=10 --reason "…"')
  const percents = Object.fromEntries(pairs.map(readShare))
  const forMs = call.flags.durationMs('for')
  const body = { percents, reason: reasonOf(call), ...(forMs === undefined ? {} : { forMs }) }
  const done = `${route}: ${pairs.join(', ')} percent${forMs === undefined ? '' : ` for ${formatDurationMs(forMs)}`}`
  return changeBoard(call, { method: 'PUT', path: `/v1/traffic/${encodeURIComponent(route)}`, body }, done)
}

function switchTo(call: Call, route: string): Promise<number> {
  const to = call.flags.text('to')
  if (to === undefined) throw usageError('say who gets the traffic: --to GROUP')
  const steps = (call.flags.text('steps') ?? STEPS).split(',').map((step) => percentOf('--steps', step))
  const body = { kind: 'switch', to, steps, stepMs: call.flags.durationMs('every') ?? EVERY_MS, reason: reasonOf(call) }
  return changeBoard(
    call,
    { method: 'POST', path: `/v1/shifts/${encodeURIComponent(route)}`, body },
    `${route} moves to ${to}; the first step`,
  )
}

function off(call: Call, route: string): Promise<number> {
  const reason = encodeURIComponent(call.flags.text('reason') ?? '')
  return changeBoard(
    call,
    { method: 'DELETE', path: `/v1/traffic/${encodeURIComponent(route)}?reason=${reason}` },
    `${route} is shared as the site says`,
  )
}

async function list(call: Call): Promise<number> {
  const view = await fetchTraffic(call)
  if (call.flags.has('json')) {
    report(call, view, [])
    return EXIT.done
  }
  const { columns } = call.terminal
  const headings = ['ROUTE', 'SHARES', 'SET BY', 'REASON']
  report(call, view, view.routes.length === 0 ? ['no route has groups'] : table(headings, view.routes.map(routeCells), columns))
  return view.shifts.length === 0 ? EXIT.done : listShifts(call, view.shifts, '')
}

function readShare(text: string): [group: string, percent: number] {
  const [group, percent, ...more] = text.split('=')
  if (!group || percent === undefined || more.length > 0)
    throw usageError(`a share is GROUP=PERCENT, such as v2=10; it is ${JSON.stringify(text)}`)
  return [group, percentOf(group, percent)]
}

function percentOf(what: string, text: string): number {
  if (!/^\d{1,3}(\.\d{1,6})?$/.test(text) || Number(text) > 100)
    throw usageError(`${what} must be from 0 to 100; it is ${JSON.stringify(text)}`)
  return Number(text)
}
