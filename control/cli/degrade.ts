// `weir degrade`: the switches. What is set ends by itself, also when nobody can reach the edges any more.

import { ID_PATTERN } from '../../edge/contract/identifiers.ts'
import { didYouMean } from '../../edge/contract/nearest.ts'
import type { Switchboard } from '../../edge/contract/switchboard.ts'
import { formatDurationMs } from '../../edge/contract/units.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { connect, fetchValue } from './connect.ts'
import { report } from './report.ts'
import { changeBoard, STANDING_FLAGS, termOf, timeLeft } from './standing.ts'
import { table } from './table.ts'

const MODES = ['cache-only', 'static', 'fallback', 'closed']
const CLIENTS = ['all', 'people', 'crawlers']
const MAX_ID_LENGTH = 64

/** The command `degrade`. */
export const degrade: Command = {
  name: 'degrade',
  summary: 'set routes to cache-only, static, fallback or closed for a while',
  usage: [
    'degrade ROUTE[,ROUTE…]|all MODE --for 30m --reason TEXT [--clients crawlers] [--id NAME]',
    'degrade off NAME [--reason TEXT]',
    'degrade list',
  ],
  flags: {
    clients: { value: 'WHOM', help: 'people or crawlers; all when left out' },
    id: { value: 'NAME', help: 'name of the switch, made of the routes when left out; setting it again replaces it' },
    ...STANDING_FLAGS,
  },
  examples: [
    'degrade product,price cache-only --for 30m --reason "database is slow"',
    'degrade all closed --clients crawlers --for 2h --reason sale',
    'degrade off product-price',
  ],
  async run(call) {
    const [first, second, ...more] = call.args
    if (first === 'list' && second === undefined) return list(call)
    if (first === 'off' && second !== undefined && more.length === 0) return takeBack(call, second)
    if (first === 'off') throw usageError('degrade off takes the name of one switch; `weir degrade list` shows them')
    if (first === undefined || second === undefined || more.length > 0)
      throw usageError('degrade takes routes and a mode: weir degrade product cache-only --for 30m --reason "…"')
    return set(call, first, second)
  },
}

function set(call: Call, routesText: string, mode: string): Promise<number> {
  const routes = routesOf(routesText)
  const clients = oneOf('--clients', call.flags.text('clients') ?? 'all', CLIENTS)
  oneOf('the mode', mode, MODES)
  const id = call.flags.text('id') ?? idOf(routes, clients)
  if (!new RegExp(ID_PATTERN).test(id))
    throw usageError(`--id must be lower-case letters, digits, dots and dashes; it is ${JSON.stringify(id)}`)
  const body = { routes, clients, mode, ...termOf(call) }
  const done = `switch ${id}: ${routes.length === 0 ? 'every route' : routes.join(', ')} ${mode} for ${formatDurationMs(body.forMs)}`
  return changeBoard(call, { method: 'PUT', path: `/v1/switches/${encodeURIComponent(id)}`, body }, done)
}

// To name nothing must not mean everything: an unset variable in a script would take the whole site down.
function routesOf(text: string): string[] {
  if (text === 'all') return []
  const routes = text.split(',')
  if (routes.includes('')) throw usageError(`name the routes, with commas between them, or say all; it is ${JSON.stringify(text)}`)
  return routes
}

function takeBack(call: Call, id: string): Promise<number> {
  const reason = encodeURIComponent(call.flags.text('reason') ?? '')
  return changeBoard(call, { method: 'DELETE', path: `/v1/switches/${encodeURIComponent(id)}?reason=${reason}` }, `switch ${id} is off`)
}

async function list(call: Call): Promise<number> {
  const board = await fetchValue<Switchboard>(await connect(call), '/v1/switchboard')
  const nowMs = call.clock.wallMs()
  const rows = board.switches.map((each) => [
    each.id,
    each.mode,
    each.routes.length === 0 ? 'all' : each.routes.join(','),
    each.clients,
    timeLeft(each.expiresAtMs, nowMs),
    each.owner,
    each.reason,
  ])
  const headings = ['SWITCH', 'MODE', 'ROUTES', 'CLIENTS', 'LEFT', 'OWNER', 'REASON']
  report(call, board.switches, rows.length === 0 ? ['no switch is set'] : table(headings, rows, call.terminal.columns))
  return EXIT.done
}

// The name says what it touches, so that setting the same again replaces it and `off` can be typed from memory.
function idOf(routes: readonly string[], clients: string): string {
  const name = [...(routes.length === 0 ? ['all'] : routes), ...(clients === 'all' ? [] : [clients])].join('-')
  return name.slice(0, MAX_ID_LENGTH)
}

function oneOf(what: string, value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value
  throw usageError(`${what} must be one of ${allowed.join(', ')}; it is ${JSON.stringify(value)}${didYouMean(value, allowed)}`)
}
