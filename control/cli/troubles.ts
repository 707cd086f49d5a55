// `weir troubles`: what is not in order in the pools, over all edges.

import { formatDurationMs } from '../../edge/contract/units.ts'
import type { FleetTrouble } from '../domain/fleet-troubles.ts'
import { EXIT } from './cli-error.ts'
import type { Command } from './command.ts'
import { connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS, refuseArgs } from './flags.ts'
import { report } from './report.ts'
import { printable, table } from './table.ts'

/** The command `troubles`. */
export const troubles: Command = {
  name: 'troubles',
  summary: 'show what is not in order in the pools, as the edges see it',
  usage: ['troubles'],
  flags: CONTROL_FLAGS,
  examples: [],
  async run(call) {
    refuseArgs('troubles', call.args)
    const answer = await fetchValue<{ readonly troubles: readonly FleetTrouble[] }>(await connect(call), '/v1/troubles')
    const nowMs = call.clock.wallMs()
    const rows = answer.troubles.map((trouble) => cells(trouble, nowMs))
    const headings = ['WHAT', 'POOL', 'PEER', 'FOR', 'EDGES', 'WHY']
    report(call, answer.troubles, rows.length === 0 ? ['all pools are in order'] : table(headings, rows, call.terminal.columns))
    return EXIT.done
  },
}

function cells({ kind, pool, peer, untilMs, edges, cause }: FleetTrouble, nowMs: number): string[] {
  const left = untilMs === undefined ? '-' : formatDurationMs(Math.max(0, untilMs - nowMs))
  return [kind, pool, peer ?? '-', left, String(edges.length), cause].map(printable)
}
