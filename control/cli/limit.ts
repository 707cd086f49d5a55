// `weir limit`: another rate for a limit, for a while. What was counted stays counted.

import type { Publication } from '../../edge/contract/publication.ts'
import type { Override, Switchboard } from '../../edge/contract/switchboard.ts'
import { formatDurationMs, parseRate } from '../../edge/contract/units.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { connect, fetchValue } from './connect.ts'
import { report } from './report.ts'
import { changeBoard, STANDING_FLAGS, termOf, timeLeft } from './standing.ts'
import { table } from './table.ts'

/** The command `limit`. */
export const limit: Command = {
  name: 'limit',
  summary: 'change the rate of a limit for a while',
  usage: ['limit LIMIT RATE --for 30m --reason TEXT [--burst N]', 'limit off LIMIT [--reason TEXT]', 'limit list'],
  flags: { burst: { value: 'N', help: 'what one key may do at once (the count of the rate)' }, ...STANDING_FLAGS },
  examples: ['limit per-client 5/s --for 1h --reason "scrapers"', 'limit off per-client', 'limit list'],
  async run(call) {
    const [first, second, ...more] = call.args
    if (first === 'list' && second === undefined) return list(call)
    if (first === 'off' && second !== undefined && more.length === 0) return takeBack(call, second)
    if (first === 'off') throw usageError('limit off takes one limit; `weir limit list` shows them')
    if (first === undefined || second === undefined || more.length > 0)
      throw usageError('limit takes a limit and a rate: weir limit per-client 5/s --for 1h --reason "…"')
    return set(call, first, second)
  },
}

function set(call: Call, name: string, rate: string): Promise<number> {
  if (parseRate(rate) === null)
    throw usageError(`the rate must be a count and a unit such as 100/s, 6000/m or 5/h; it is ${JSON.stringify(rate)}`)
  const burst = call.flags.count('burst')
  const body = { rate, ...(burst === undefined ? {} : { burst }), ...termOf(call) }
  const done = `limit ${name} is ${rate} for ${formatDurationMs(body.forMs)}`
  return changeBoard(call, { method: 'PUT', path: `/v1/overrides/${encodeURIComponent(name)}`, body }, done)
}

function takeBack(call: Call, name: string): Promise<number> {
  const reason = encodeURIComponent(call.flags.text('reason') ?? '')
  const order = { method: 'DELETE', path: `/v1/overrides/${encodeURIComponent(name)}?reason=${reason}` } as const
  return changeBoard(call, order, `limit ${name} is as the site says`)
}

async function list(call: Call): Promise<number> {
  const client = await connect(call)
  const [{ site }, board] = await Promise.all([
    fetchValue<Publication>(client, '/v1/site'),
    fetchValue<Switchboard>(client, '/v1/switchboard'),
  ])
  const nowMs = call.clock.wallMs()
  const limits = Object.entries(site.limits).map(([id, config]) => ({
    id,
    ...config,
    override: board.overrides.find((each) => each.limit === id) ?? null,
  }))
  const rows = limits.map(({ id, rate, burst, key, clients, override }) => [
    id,
    shown(rate, burst),
    key,
    clients,
    ...overrideCells(override, nowMs),
  ])
  const headings = ['LIMIT', 'RATE', 'KEY', 'CLIENTS', 'NOW', 'LEFT', 'OWNER', 'REASON']
  report(call, limits, rows.length === 0 ? ['the site has no limits'] : table(headings, rows, call.terminal.columns))
  return EXIT.done
}

function overrideCells(override: Override | null, nowMs: number): string[] {
  if (!override) return ['-', '', '', '']
  return [shown(override.rate, override.burst), timeLeft(override.expiresAtMs, nowMs), override.owner, override.reason]
}

function shown(rate: string, burst: number | undefined): string {
  return burst === undefined ? rate : `${rate} burst ${burst}`
}
