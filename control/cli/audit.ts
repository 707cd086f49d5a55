// `weir audit`: who changed what, when, and why.

import type { AuditRecord } from '../domain/audit.ts'
import { EXIT } from './cli-error.ts'
import type { Command } from './command.ts'
import { connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS, refuseArgs } from './flags.ts'
import { report, shownDate } from './report.ts'
import { table } from './table.ts'

const DEFAULT_LIMIT = 20

/** The command `audit`. */
export const audit: Command = {
  name: 'audit',
  summary: 'show who changed what, newest first',
  usage: ['audit [--limit N]'],
  flags: { limit: { value: 'N', help: `how many changes (${DEFAULT_LIMIT}; 500 at most)` }, ...CONTROL_FLAGS },
  examples: ['audit --limit 100'],
  async run(call) {
    refuseArgs('audit', call.args)
    const path = `/v1/audit?limit=${call.flags.count('limit') ?? DEFAULT_LIMIT}`
    const { audit: records } = await fetchValue<{ readonly audit: readonly AuditRecord[] }>(await connect(call), path)
    const rows = records.map((record) => [shownDate(record.atMs), record.actor, record.action, record.subject, record.reason])
    const lines =
      rows.length === 0 ? ['nothing was changed yet'] : table(['WHEN (UTC)', 'WHO', 'WHAT', 'ON', 'WHY'], rows, call.terminal.columns)
    report(call, records, lines)
    return EXIT.done
  },
}
