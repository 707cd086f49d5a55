// `weir cache audit`: whether what an edge keeps is what its origins say now.

import type { AuditGroup, AuditReport } from '../../edge/contract/audit.ts'
import { DEFAULT_TERMS, DRIFTS, MAX_RATE_PER_S, MAX_SAMPLE } from '../../edge/contract/audit.ts'
import { driftedIn, driftRatio, sumOf } from '../../edge/contract/audit-tally.ts'
import { parseRate, SECOND_MS } from '../../edge/contract/units.ts'
import { auditEdge } from '../client/edge-audit.ts'
import { adminUrl, DEFAULT_ADMIN } from './admin-url.ts'
import { CliError, EXIT, refusal, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { Progress } from './progress.ts'
import { report } from './report.ts'
import { printable, table } from './table.ts'

/** Examples shown of each group; `--json` has more. */
const SHOWN_EXAMPLES = 3

/** The command `cache`. */
export const cache: Command = {
  name: 'cache',
  summary: 'compare what an edge keeps with its origins',
  usage: ['cache audit [--edge URL] [--sample N] [--rate RATE] [--fix]'],
  flags: {
    edge: { value: 'URL', help: `the admin port of the edge, on this machine (${DEFAULT_ADMIN})` },
    sample: { value: 'N', help: `entries to compare (${DEFAULT_TERMS.sample}; ${MAX_SAMPLE} at most)` },
    rate: { value: 'RATE', help: `requests to origins at most, such as ${DEFAULT_TERMS.ratePerS}/s (the default)` },
    fix: { value: null, help: 'forget what is not what its origin says; the next request fetches it' },
  },
  examples: ['cache audit', 'cache audit --sample 2000 --rate 50/s --fix'],
  async run(call) {
    if (call.args.length !== 1 || call.args[0] !== 'audit') throw usageError('cache takes: audit [--sample N] [--rate RATE] [--fix]')
    const found = await work(call)
    report(call, found, lines(found, call.terminal.columns))
    if (found.ended !== 'whole') throw refusal(`the audit ended early: ${found.ended}`)
    const fixed = sumOf(found.groups, (group) => group.fixed)
    return driftedIn(found.groups) > fixed ? EXIT.refused : EXIT.done
  },
}

async function work(call: Call): Promise<AuditReport> {
  const { flags, terminal } = call
  const sample = Math.min(flags.count('sample') ?? DEFAULT_TERMS.sample, MAX_SAMPLE)
  const terms = { sample, ratePerS: ratePerS(flags.text('rate')), fix: flags.has('fix') ? 'yes' : 'no' } as const
  let total = 0
  let progress = new Progress(terminal, total)
  const answer = await auditEdge({
    edge: adminUrl(flags.text('edge')),
    terms,
    stopped: call.untilStopped(),
    told({ done, of, drifted }) {
      // Workers say one after the other how much there is.
      if (of !== total) progress = new Progress(terminal, of)
      total = of
      progress.show(done, `${drifted} drifted`)
    },
  })
  progress.end()
  if (!answer.ok) throw new CliError(answer.kind === 'unreachable' ? EXIT.unreachable : EXIT.refused, printable(answer.sentence))
  return answer.report
}

function ratePerS(text: string | undefined): number {
  if (text === undefined) return DEFAULT_TERMS.ratePerS
  const rate = parseRate(text)
  if (rate === null) throw usageError(`--rate must be a rate such as 20/s or 600/m; it is ${JSON.stringify(text)}`)
  return Math.min(MAX_RATE_PER_S, Math.max(1, Math.round((rate.count * SECOND_MS) / rate.perMs)))
}

function lines({ groups }: AuditReport, columns: number): string[] {
  if (groups.length === 0) return ['nothing is kept in memory']
  const headings = ['ROUTE', 'HOST', 'HELD', 'SAMPLED', 'SAME', 'DRIFTED', 'SKIPPED', 'ERRORS', 'DRIFT']
  const rows = groups.map((group) => [
    group.route,
    group.host,
    ...[group.held, group.sampled, group.verdicts.same].map(String),
    ...rest(group),
  ])
  const examples = groups.flatMap((group) => group.examples.slice(0, SHOWN_EXAMPLES).map(({ url, drift }) => printable(`${drift}: ${url}`)))
  return [...table(headings, rows, columns), ...examples, sentenceOf(groups)]
}

function rest(group: AuditGroup): string[] {
  const drifted = DRIFTS.filter((drift) => group.verdicts[drift] > 0).map((drift) => `${group.verdicts[drift]} ${drift}`)
  const skipped = Object.entries(group.skipped).map(([reason, count]) => `${count} ${reason}`)
  const ratio = driftRatio([group])
  return [drifted.join(', ') || '0', skipped.join(', ') || '0', String(group.verdicts.error), ratio === null ? '-' : percent(ratio)]
}

function sentenceOf(groups: readonly AuditGroup[]): string {
  const drifted = driftedIn(groups)
  const compared = drifted + sumOf(groups, ({ verdicts }) => verdicts.same)
  const ratio = driftRatio(groups)
  const fixed = sumOf(groups, (group) => group.fixed)
  const share = ratio === null ? '' : ` (${percent(ratio)})`
  return `${drifted} of ${compared} compared drifted${share}${fixed > 0 ? `, ${fixed} forgotten` : ''}`
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}
