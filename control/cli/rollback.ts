// `weir rollback [REV]`: the content of an old revision under a new number.

import type { ApiClient } from '../client/api-client.ts'
import type { RevisionSummary } from '../domain/revision.ts'
import { refusal, usageError } from './cli-error.ts'
import type { Command } from './command.ts'
import { WAIT_FLAG } from './confirmation.ts'
import { connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS, readCount } from './flags.ts'
import { sendRevision, tellPublished } from './publish.ts'

/** The command `rollback`. */
export const rollback: Command = {
  name: 'rollback',
  summary: 'publish the content of an older revision again',
  usage: ['rollback [REVISION] [--note TEXT] [--wait 5s]'],
  flags: { note: { value: 'TEXT', help: 'why, for who reads the revisions' }, ...WAIT_FLAG, ...CONTROL_FLAGS },
  examples: ['rollback', 'rollback 12 --note "the new routes lose carts"'],
  async run(call) {
    const [wanted, ...more] = call.args
    if (more.length > 0) throw usageError('rollback takes one revision: weir rollback [REVISION]')
    const named = wanted === undefined ? null : readCount('the revision', wanted.replace(/^r/, ''))
    const client = await connect(call)
    const revision = named ?? (await previousRevision(client))
    const note = call.flags.text('note') ?? `back to revision ${revision}`
    return tellPublished(call, await sendRevision(call, client, '/v1/rollback', { revision, note }))
  },
}

/** The number of the revision before the one that stands. @throws CliError when there is none */
export async function previousRevision(client: ApiClient): Promise<number> {
  const { revisions } = await fetchValue<{ readonly revisions: readonly RevisionSummary[] }>(client, '/v1/revisions?limit=2')
  const previous = revisions[1]
  if (!previous) throw refusal('there is no revision before the one that stands')
  return previous.revision
}
