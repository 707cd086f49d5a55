// `weir changes`: how the stream of row changes is read, and the changes that could not be used.

import { formatDurationMs } from '../../edge/contract/units.ts'
import type { DeadLetter, Retried } from '../changes/dead-letters.ts'
import type { ConsumerState } from '../changes/stream-consumer.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { answerOf, connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS } from './flags.ts'
import { counted, report, shownDate } from './report.ts'
import { printable, table } from './table.ts'

type Standing = ConsumerState & { readonly name: string; readonly group: string; readonly consumer: string }

const DEFAULT_LETTERS = 50
const MAX_LETTERS = 1_000

/** The command `changes`. */
export const changes: Command = {
  name: 'changes',
  summary: 'show the stream of row changes; list and retry dead letters',
  usage: ['changes status', 'changes dead-letters [--limit N]', 'changes dead-letters --retry [ID …]'],
  flags: {
    retry: { value: null, help: 'put those named, or the oldest 1000, back at the end of the stream' },
    limit: { value: 'N', help: `how many to list, ${DEFAULT_LETTERS} when left out` },
    ...CONTROL_FLAGS,
  },
  examples: ['changes status', 'changes dead-letters --retry'],
  async run(call) {
    const [what, ...ids] = call.args
    if (what === 'status' && ids.length === 0) return status(call)
    if (what === 'dead-letters' && call.flags.has('retry')) return retry(call, ids)
    if (what === 'dead-letters' && ids.length === 0) return list(call)
    throw usageError('changes takes one of: status, dead-letters, dead-letters --retry [ID …]')
  },
}

async function status(call: Call): Promise<number> {
  const answer = await fetchValue<{ readonly stream: Standing | null }>(await connect(call), '/v1/changes')
  report(call, answer, statusLines(answer.stream, call.clock.wallMs()).map(printable))
  return answer.stream?.state === 'down' ? EXIT.refused : EXIT.done
}

function statusLines(stream: Standing | null, nowMs: number): string[] {
  if (stream === null) return ['no stream is read; changes come through POST /v1/changes (set "changes" in the control plane’s bootstrap)']
  const { name, group, consumer, state, sinceMs, lastFault, lag, pending, deadLetters } = stream
  const fault = lastFault === null ? '' : `, last fault ${lastFault}`
  return [
    `stream ${name}, group ${group}, as ${consumer}: ${state} for ${formatDurationMs(Math.max(0, nowMs - sinceMs))}${fault}`,
    `${counted(lag, 'entry').replace('entrys', 'entries')} not purged yet, ${pending} of them under way`,
    deadLetters === 0 ? 'no dead letters' : `${counted(deadLetters, 'dead letter')}: \`weir changes dead-letters\` lists them`,
  ]
}

async function list(call: Call): Promise<number> {
  const limit = Math.min(call.flags.count('limit') ?? DEFAULT_LETTERS, MAX_LETTERS)
  const path = `/v1/changes/dead-letters?limit=${limit}`
  const { deadLetters } = await fetchValue<{ readonly deadLetters: readonly DeadLetter[] }>(await connect(call), path)
  const rows = deadLetters.map((letter) => [
    letter.id,
    shownDate(letter.atMs),
    letter.cause,
    String(letter.tries),
    letter.reason,
    letter.change,
  ])
  const headings = ['ID', 'SINCE (UTC)', 'CAUSE', 'TRIES', 'REASON', 'CHANGE']
  report(call, deadLetters, rows.length === 0 ? ['no dead letters'] : table(headings, rows, call.terminal.columns))
  return EXIT.done
}

async function retry(call: Call, ids: readonly string[]): Promise<number> {
  for (const id of ids)
    if (!/^[0-9]{1,20}-[0-9]{1,20}$/.test(id))
      throw usageError(`${JSON.stringify(id)} is no id of a dead letter; \`weir changes dead-letters\` lists them`)
  const client = await connect(call)
  const body = ids.length === 0 ? {} : { ids }
  const { value } = answerOf(await client.call<Retried>({ method: 'POST', path: '/v1/changes/dead-letters/retry', body }))
  report(call, value, [`${counted(value.retried, 'dead letter')} put back into the stream; ${value.left} left`])
  if (value.refused.length === 0) return EXIT.done
  call.terminal.err(printable(`not put back, since it is not there or was kept in part: ${value.refused.join(', ')}`))
  return EXIT.refused
}
