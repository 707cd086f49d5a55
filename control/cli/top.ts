// `weir top`: what the edges are asked for most, now.

import type { FleetHotKey } from '../domain/hot-keys.ts'
import { EXIT } from './cli-error.ts'
import type { Command } from './command.ts'
import { connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS, refuseArgs } from './flags.ts'
import { report } from './report.ts'
import { table } from './table.ts'

const DEFAULT_LIMIT = 20

/** The command `top`. */
export const top: Command = {
  name: 'top',
  summary: 'show the cache keys that are asked for most now',
  usage: ['top [--keys] [--limit N]'],
  flags: {
    keys: { value: null, help: 'by key, over all edges (what it shows anyway)' },
    limit: { value: 'N', help: `how many (${DEFAULT_LIMIT}; 100 at most)` },
    ...CONTROL_FLAGS,
  },
  examples: ['top --keys --limit 5'],
  async run(call) {
    refuseArgs('top', call.args)
    const path = `/v1/hot-keys?limit=${call.flags.count('limit') ?? DEFAULT_LIMIT}`
    const { keys } = await fetchValue<{ readonly keys: readonly FleetHotKey[] }>(await connect(call), path)
    const rows = keys.map(({ key, ratePerS, edges }) => [ratePerS.toFixed(1), String(edges), key])
    report(
      call,
      keys,
      rows.length === 0 ? ['nothing is asked for often'] : table(['PER SECOND', 'EDGES', 'KEY'], rows, call.terminal.columns),
    )
    return EXIT.done
  },
}
