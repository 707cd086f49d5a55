// `weir diff`: what publishing a file would change, or what changed between two revisions.

import type { Change, Difference } from '../domain/difference.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { answerOf, connect } from './connect.ts'
import { CONTROL_FLAGS } from './flags.ts'
import { readSiteFile } from './named-file.ts'
import { counted, report } from './report.ts'
import { previousRevision } from './rollback.ts'
import { printable } from './table.ts'

type Answer = Difference & { readonly from: number; readonly to: number | null }
const SIGNS = { add: '+', remove: '-', change: '~' } as const

/** The command `diff`. */
export const diff: Command = {
  name: 'diff',
  summary: 'show what a file would change, or what a revision changed',
  usage: ['diff FILE [--from N]', 'diff [--from N] [--to N]'],
  flags: {
    from: { value: 'N', help: 'the revision before (the one that stands; without FILE, the one before it)' },
    to: { value: 'N', help: 'the revision after (the one that stands)' },
    ...CONTROL_FLAGS,
  },
  examples: ['diff site.yaml', 'diff --from 11 --to 12'],
  async run(call) {
    const [file, ...more] = call.args
    if (more.length > 0) throw usageError('diff takes one file: weir diff [FILE]')
    if (file !== undefined && call.flags.has('to')) throw usageError('diff compares with FILE or with --to, not with both')
    const answer = await ask(call, file)
    const after = answer.to === null ? file! : `revision ${answer.to}`
    report(call, answer, lines(answer, `revision ${answer.from}`, after, call.terminal.columns))
    return EXIT.done
  },
}

async function ask(call: Call, file: string | undefined): Promise<Answer> {
  const from = call.flags.count('from')
  const to = call.flags.count('to')
  const site = file === undefined ? undefined : await readSiteFile(call, file)
  const client = await connect(call)
  const start = from ?? (file === undefined ? (to === undefined ? await previousRevision(client) : to - 1) : undefined)
  return answerOf(await client.call<Answer>({ method: 'POST', path: '/v1/diff', body: { from: start, to, site } })).value
}

function lines({ changes, extent }: Difference, before: string, after: string, columns: number): string[] {
  if (changes.length === 0) return [`${before} and ${after} say the same`]
  const more = extent === 'cut' ? ' and more' : ''
  return [
    `${counted(changes.length, 'change')}${more} from ${before} to ${after}:`,
    ...changes.map((change) => changeLine(change, columns)),
  ]
}

function changeLine(change: Change, columns: number): string {
  const value =
    'after' in change && 'before' in change
      ? `${shown(change.before)} → ${shown(change.after)}`
      : shown('after' in change ? change.after : change.before)
  const line = printable(`${SIGNS[change.op]} ${change.pointer === '' ? '/' : change.pointer}  ${value}`)
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}
