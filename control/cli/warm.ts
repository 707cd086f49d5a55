// `weir warm`: fills the cache of an edge before people come.

import { parseRate, type Rate } from '../../edge/contract/units.ts'
import { type Page, PageVisitor } from '../client/page-visitor.ts'
import { EXIT, refusal, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { readNamedFile } from './named-file.ts'
import { Progress } from './progress.ts'
import { counted, report } from './report.ts'
import { readAccessLog, readWarmList } from './warm-list.ts'
import { NO_COUNTS, type WarmCounts, warmUp } from './warm-run.ts'
import { forgetWarmState, readWarmState, writeWarmState } from './warm-state.ts'

const DEFAULT_EDGE = 'http://127.0.0.1:8080'
const DEFAULT_RATE: Rate = { count: 50, perMs: 1_000 }
const DEFAULT_CONNECTIONS = 4
const MAX_CONNECTIONS = 256
const DEFAULT_TOP = 1_000
const TIMEOUT_MS = 30_000
/** Failures that are told one by one; more are only counted. */
const MAX_TOLD = 20
/** After so many pages it is written down how far it is. */
const WRITE_EVERY = 200

/** The command `warm`. */
export const warm: Command = {
  name: 'warm',
  summary: 'fill the cache of an edge before people come',
  usage: ['warm FILE [--to URL] [--rate RATE] [--connections N] [--resume]', 'warm --from-log FILE [--top N] [--to URL] …'],
  flags: {
    to: { value: 'URL', help: `the edge (${DEFAULT_EDGE}); its scheme must be that of the pages, since it is part of their keys` },
    'from-log': { value: 'FILE', help: 'take the pages that people asked for most in this access log' },
    top: { value: 'N', help: `how many pages of the log (${DEFAULT_TOP})` },
    host: { value: 'HOST', help: 'the host of pages that name none (that of --to)' },
    rate: { value: 'RATE', help: 'pages at most, such as 50/s (the default) or 600/m' },
    connections: { value: 'N', help: `pages at once (${DEFAULT_CONNECTIONS}; ${MAX_CONNECTIONS} at most)` },
    resume: { value: null, help: 'go on where an earlier run of this file was stopped' },
    insecure: { value: null, help: 'take whatever certificate the edge shows' },
  },
  examples: ['warm pages.txt --rate 200/s', 'warm --from-log access.log --top 5000 --to https://127.0.0.1:8443 --insecure'],
  async run(call) {
    const plan = await planOf(call)
    const { counts, failures } = await work(plan, call)
    const whole = counts.done === plan.pages.length
    if (whole) await forgetWarmState(call.files, plan.file)
    else await writeWarmState(call.files, plan.file, { pages: plan.pages, counts })
    report(call, { of: plan.pages.length, ...counts, failures }, [sentenceOf(counts, plan.pages.length)])
    if (whole) return counts.failed === 0 ? EXIT.done : EXIT.refused
    throw refusal(`stopped after ${counts.done} of ${counted(plan.pages.length, 'page')}; the same command with --resume goes on`)
  },
}

interface Plan {
  readonly file: string
  readonly edge: URL
  readonly pages: readonly Page[]
  readonly from: Readonly<WarmCounts>
  readonly rate: Rate
  readonly connections: number
}

async function planOf(call: Call): Promise<Plan> {
  const { flags } = call
  const edge = edgeOf(flags.text('to') ?? DEFAULT_EDGE)
  const log = flags.text('from-log')
  const file = log ?? call.args[0]
  if (file === undefined || call.args.length > (log === undefined ? 1 : 0)) {
    throw usageError('warm takes one FILE with a URL or path per line, or --from-log FILE')
  }
  const rate = flags.has('rate') ? parseRate(flags.text('rate')!) : DEFAULT_RATE
  if (rate === null) throw usageError(`--rate must be a rate such as 50/s or 600/m; it is ${JSON.stringify(flags.text('rate'))}`)
  const connections = Math.min(flags.count('connections') ?? DEFAULT_CONNECTIONS, MAX_CONNECTIONS)
  const pages = await pagesOf(call, file, { scheme: edge.protocol === 'https:' ? 'https' : 'http', host: flags.text('host') ?? edge.host })
  const from = flags.has('resume') ? await readWarmState(call.files, file, pages) : NO_COUNTS
  return { file, edge, pages, from, rate, connections }
}

function edgeOf(text: string): URL {
  if (!URL.canParse(text) || !/^https?:\/\//.test(text)) {
    throw usageError(`--to must be a URL such as ${DEFAULT_EDGE}; it is ${JSON.stringify(text)}`)
  }
  return new URL(text)
}

async function pagesOf(call: Call, file: string, place: { scheme: 'http' | 'https'; host: string }): Promise<readonly Page[]> {
  const text = await readNamedFile(call, file)
  const fromLog = call.flags.has('from-log')
  const list = fromLog
    ? ({ ok: true, pages: readAccessLog(text, place, call.flags.count('top') ?? DEFAULT_TOP) } as const)
    : readWarmList(text, place)
  if (!list.ok) throw refusal(`${file}:${list.line} ${list.sentence}`)
  if (list.pages.length === 0) {
    throw refusal(fromLog ? `${file} has no line of a page that people got: is it the access log of an edge?` : `${file} names no page`)
  }
  return list.pages
}

async function work(plan: Plan, call: Call) {
  const { terminal, clock, timers, files } = call
  const certificate = call.flags.has('insecure') ? 'any' : 'verified'
  const visitor = new PageVisitor({ ...plan, timeoutMs: TIMEOUT_MS, timers, certificate })
  const progress = new Progress(terminal, plan.pages.length)
  const failures: string[] = []
  let stopped = false
  void call.untilStopped().then(() => {
    stopped = true
  })
  const counts = await warmUp({
    ...plan,
    visit: (page) => visitor.visit(page),
    clock,
    timers,
    stopped: () => stopped,
    told(counts, page, visit) {
      if (visit.kind === 'failed' && failures.length < MAX_TOLD) failures.push(`${page.host}${page.target}: ${visit.sentence}`)
      progress.show(counts.done, tally(counts))
      if (counts.done % WRITE_EVERY === 0) void writeWarmState(files, plan.file, { pages: plan.pages, counts }).catch(() => {})
    },
  })
  progress.end()
  visitor.close()
  for (const line of failures) terminal.err(line)
  if (counts.failed > failures.length) terminal.err(`… and ${counts.failed - failures.length} more`)
  return { counts, failures }
}

function tally({ hit, stored, passed, failed }: Readonly<WarmCounts>): string {
  return `${stored} stored, ${hit} there already, ${passed} not kept, ${failed} failed`
}

function sentenceOf(counts: Readonly<WarmCounts>, total: number): string {
  return `${counts.done} of ${counted(total, 'page')}: ${tally(counts)}`
}
