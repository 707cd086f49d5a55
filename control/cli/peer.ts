// `weir peer`: the peers of the pools as the edges see them, and taking one out of service. It comes back by itself.

import { formatDurationMs } from '../../edge/contract/units.ts'
import type { PeerState } from '../domain/peer-states.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { connect, fetchValue } from './connect.ts'
import { report } from './report.ts'
import { changeBoard, STANDING_FLAGS, termOf, timeLeft } from './standing.ts'
import { printable, table } from './table.ts'

/** The command `peer`. */
export const peer: Command = {
  name: 'peer',
  summary: 'show peers; take one out of service for a while, or put it back',
  usage: [
    'peer list [POOL]',
    'peer drain POOL|all ADDRESS --for 2h --reason TEXT [--last allow]',
    'peer restore POOL|all ADDRESS [--reason TEXT]',
  ],
  flags: {
    last: { value: 'WHAT', help: 'allow takes out the last usable peer of a pool too; its requests then fail, or fall back' },
    ...STANDING_FLAGS,
  },
  examples: ['peer list shop', 'peer drain shop 10.0.0.1:8080 --for 2h --reason "new disk"', 'peer restore shop 10.0.0.1:8080'],
  async run(call) {
    const [verb, ...rest] = call.args
    if (verb === 'list' && rest.length <= 1) return list(call, rest[0])
    const [pool, address, ...more] = rest
    if ((verb !== 'drain' && verb !== 'restore') || pool === undefined || address === undefined || more.length > 0)
      throw usageError('peer takes list, or drain or restore with a pool (or all) and an address: weir peer drain shop 10.0.0.1:8080 …')
    const where = { ...(pool === 'all' ? {} : { pool }), address }
    return verb === 'drain' ? drain(call, where, `${pool} ${address}`) : restore(call, where, `${pool} ${address}`)
  },
}

function drain(call: Call, where: object, name: string): Promise<number> {
  const last = call.flags.text('last')
  if (last !== undefined && last !== 'allow') throw usageError(`--last takes allow; it is ${JSON.stringify(last)}`)
  const body = { ...where, ...termOf(call), ...(last === undefined ? {} : { lastPeer: last }) }
  const done = `peer ${name} is out of service for ${formatDurationMs(body.forMs)}`
  return changeBoard(call, { method: 'POST', path: '/v1/maintenance', body }, done)
}

function restore(call: Call, where: { readonly pool?: string; readonly address: string }, name: string): Promise<number> {
  const query = new URLSearchParams({ ...where, reason: call.flags.text('reason') ?? '' })
  return changeBoard(call, { method: 'DELETE', path: `/v1/maintenance?${query}` }, `peer ${name} is back in service`)
}

async function list(call: Call, pool: string | undefined): Promise<number> {
  const query = pool === undefined ? '' : `&pool=${encodeURIComponent(pool)}`
  const answer = await fetchValue<{ readonly of: number; readonly peers: readonly PeerState[] }>(
    await connect(call),
    `/v1/peers?limit=1000${query}`,
  )
  const nowMs = call.clock.wallMs()
  const rows = answer.peers.map((each) => [each.pool, each.address, String(each.weight), ...stateCells(each, nowMs)].map(printable))
  const lines =
    rows.length === 0 ? ['there is no such peer'] : table(['POOL', 'PEER', 'WEIGHT', 'STATE', 'LEFT', 'WHY'], rows, call.terminal.columns)
  const more = answer.of - rows.length
  report(call, answer.peers, more > 0 ? [...lines, `and ${more} more`] : lines)
  return EXIT.done
}

function stateCells({ maintenance, troubles }: PeerState, nowMs: number): string[] {
  if (maintenance !== null) return ['maintenance', timeLeft(maintenance.expiresAtMs, nowMs), `${maintenance.owner}: ${maintenance.reason}`]
  const [trouble] = troubles
  if (trouble === undefined) return ['in service', '-', '-']
  const left = trouble.untilMs === undefined ? '-' : timeLeft(trouble.untilMs, nowMs)
  return [trouble.kind, left, `${trouble.cause} (${trouble.edges.length} ${trouble.edges.length === 1 ? 'edge' : 'edges'})`]
}
