// `weir replay`: sends a recording again, at another pace, to another place, and says what was different.

import { ReplaySender } from '../client/replay-sender.ts'
import { EXIT, refusal, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import type { Flags } from './flags.ts'
import { readNamedFile } from './named-file.ts'
import { Progress } from './progress.ts'
import { type RecordedTraffic, type ReplayRequest, readRecording } from './recorded-traffic.ts'
import { type Answered, type Expected, type ReplayDone, replay as replayAll } from './replay-run.ts'
import { type ReplayResult, ReplayTally } from './replay-tally.ts'
import { counted, report } from './report.ts'
import { printable, table } from './table.ts'

const DEFAULT_AT_ONCE = 64
const MAX_AT_ONCE = 4_096
const TIMEOUT_MS = 30_000
const MAX_SCALE = 1_000
/** Examples shown; `--json` has more. */
const SHOWN_EXAMPLES = 5

/** The command `replay`. */
export const replay: Command = {
  name: 'replay',
  summary: 'send recorded traffic again, and compare the answers',
  usage: ['replay FILE --to URL [--rate ×3] [--compare recorded|URL] [--writes] [--at-once N] [--header FIELD]… [--host HOST]'],
  flags: {
    to: { value: 'URL', help: 'where to, such as http://10.0.9.1:8080' },
    rate: { value: 'SCALE', help: 'how much faster than it was: ×3, x3 or 3; 0.5 is half (×1)' },
    compare: { value: 'WITH', help: 'recorded: the answers in the file; or a URL that is sent each request too' },
    writes: { value: null, help: 'send what may change something too; else only GET, HEAD, OPTIONS and TRACE' },
    'at-once': { value: 'N', help: `requests under way at once (${DEFAULT_AT_ONCE}; ${MAX_AT_ONCE} at most)` },
    header: { value: 'FIELD', help: "a field of every request, such as 'Authorization: Bearer test'", times: 'many' },
    host: { value: 'HOST', help: 'the Host of every request (the recorded one)' },
    insecure: { value: null, help: 'take whatever certificate is shown' },
  },
  examples: ['replay monday.ndjson --to http://10.0.9.1:8080 --rate ×3', 'replay cart.ndjson --to https://test.example --compare recorded'],
  async run(call) {
    const plan = await planOf(call)
    const result = await work(plan, call)
    const { withoutBody, writes, unread, requests } = plan.traffic
    const skipped = { writes, withoutBody, unread }
    report(call, { of: requests.length, scale: plan.scale, ...result, skipped }, lines(result, plan, call.terminal.columns))
    if (result.sent < requests.length) throw refusal(`stopped after ${result.sent} of ${counted(requests.length, 'request')}`)
    return result.failed > 0 || result.different > 0 ? EXIT.refused : EXIT.done
  },
}

interface Plan {
  readonly traffic: RecordedTraffic
  readonly scale: number
  readonly atOnce: number
  readonly sender: ReplaySender
  /** The other target; null without one. */
  readonly other: ReplaySender | null
  readonly compare: 'nothing' | 'recorded' | 'other'
}

async function planOf(call: Call): Promise<Plan> {
  const { args, flags } = call
  const [path, ...more] = args
  const to = flags.text('to')
  if (path === undefined || more.length > 0 || to === undefined) throw usageError('replay takes one FILE, and --to URL')
  const compare = flags.text('compare')
  const atOnce = Math.min(flags.count('at-once') ?? DEFAULT_AT_ONCE, MAX_AT_ONCE)
  const senderTo = (name: string, text: string) => senderOf(urlOf(name, text), atOnce, call)
  const target = senderTo('to', to)
  const scale = scaleOf(flags.text('rate'))
  const other = compare === undefined || compare === 'recorded' ? null : senderTo('compare', compare)
  const traffic = readRecording(await readNamedFile(call, path), flags.has('writes') ? 'send' : 'leave-out')
  if (traffic === null) throw refusal(`${path} is no recording; weir record makes one`)
  const kind = compare === undefined ? 'nothing' : other === null ? 'recorded' : 'other'
  return { traffic, scale, atOnce, sender: target, other, compare: kind }
}

function senderOf(target: URL, connections: number, { flags, clock, timers }: Call): ReplaySender {
  return new ReplaySender({
    target,
    connections,
    timeoutMs: TIMEOUT_MS,
    clock,
    timers,
    certificate: flags.has('insecure') ? 'any' : 'verified',
    fields: fieldsOf(flags),
    host: flags.text('host') ?? null,
  })
}

async function work(plan: Plan, call: Call): Promise<ReplayResult> {
  const { clock, timers, terminal } = call
  const { requests } = plan.traffic
  const tally = new ReplayTally()
  const progress = new Progress(terminal, requests.length)
  let stopping = false
  void call.untilStopped().then(() => {
    stopping = true
  })
  const send = async (request: ReplayRequest): Promise<Answered> => {
    const [outcome, expected] = await Promise.all([plan.sender.send(request), expectedOf(request, plan)])
    return { outcome, expected }
  }
  const told = (done: ReplayDone) => {
    tally.note(done)
    progress.show(tally.sent, `${tally.failed} failed${plan.compare === 'nothing' ? '' : `, ${tally.different} different`}`)
  }
  const release = call.hold()
  try {
    await replayAll({ requests, scale: plan.scale, atOnce: plan.atOnce, send, told, clock, timers, stopped: () => stopping })
  } finally {
    release()
    progress.end()
    plan.sender.close()
    plan.other?.close()
  }
  return tally.result()
}

// What a cut answer would have been nobody knows but for its status; a 304 depends on what the client had.
async function expectedOf(request: ReplayRequest, { compare, other }: Plan): Promise<Expected | null> {
  if (compare === 'nothing') return null
  if (other !== null) {
    const outcome = await other.send(request)
    return outcome.kind === 'answered' ? outcome : null
  }
  const { status, bytes, whole, digest } = request.answer
  return whole === 'yes' ? { status, bytes, digest } : { status, bytes: null, digest: null }
}

function lines(result: ReplayResult, { traffic, compare }: Plan, columns: number): string[] {
  const { latencyMs, serviceMs, lateMs } = result
  const cells = (name: string, { p50, p90, p99, max }: typeof latencyMs) => [name, ...[p50, p90, p99, max].map((ms) => `${ms} ms`)]
  const rows = [cells('from due time', latencyMs), cells('from sending', serviceMs), cells('sent late by', lateMs)]
  const statuses = Object.entries(result.statuses).map(([status, count]) => `${status} ×${count}`)
  const failures = Object.entries(result.failures).map(([sentence, count]) => printable(`failed ×${count}: ${sentence}`))
  const skipped = skippedSentence(traffic)
  return [
    `${counted(result.sent, 'request')} sent: ${[...statuses, `failed ×${result.failed}`].join(', ')}`,
    ...(skipped === '' ? [] : [skipped]),
    ...table(['LATENCY', 'P50', 'P90', 'P99', 'MAX'], rows, columns),
    ...failures,
    ...(compare === 'nothing' ? [] : comparedLines(result)),
  ]
}

function comparedLines({ compared, different, differences, examples }: ReplayResult): string[] {
  const kinds = Object.entries(differences).filter(([, count]) => count > 0)
  const told = kinds.length === 0 ? '' : ` (${kinds.map(([kind, count]) => `${kind} ×${count}`).join(', ')})`
  const shown = examples.slice(0, SHOWN_EXAMPLES).map(({ method, target, differences: found }) => {
    const what = found.map(({ kind, expected, got }) => `${kind} ${expected} → ${got}`)
    return printable(`${method} ${target}  ${what.join(', ')}`)
  })
  return [`${different} of ${compared} compared are different${told}`, ...shown]
}

function skippedSentence({ writes, withoutBody, unread }: RecordedTraffic): string {
  const parts = [
    writes === 0 ? '' : `${writes} that may change something (--writes sends them)`,
    withoutBody === 0 ? '' : `${withoutBody} whose body is not recorded`,
    unread === 0 ? '' : `${counted(unread, 'line')} that cannot be read`,
  ]
  const told = parts.filter((part) => part !== '')
  return told.length === 0 ? '' : `left out: ${told.join(', ')}`
}

function scaleOf(text: string | undefined): number {
  if (text === undefined) return 1
  const found = /^[×x]?([0-9]{1,4}(?:\.[0-9]{1,3})?)$/.exec(text)
  const scale = Number(found?.[1])
  if (found === null || scale <= 0 || scale > MAX_SCALE) {
    throw usageError(`--rate must be a scale such as ×3 or 0.5, at most ${MAX_SCALE}; it is ${JSON.stringify(text)}`)
  }
  return scale
}

function fieldsOf(flags: Flags): ReadonlyMap<string, string> {
  return new Map(
    flags.texts('header').map((line) => {
      const found = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}):[ \t]*([\t -~]*)$/.exec(line)
      if (found === null) throw usageError(`--header must be a field such as "X-Test: 1"; it is ${JSON.stringify(line)}`)
      return [found[1]!.toLowerCase(), found[2]!] as const
    }),
  )
}

function urlOf(name: string, text: string): URL {
  if (!/^https?:\/\/[^/]/.test(text) || !URL.canParse(text))
    throw usageError(`--${name} must be a URL such as http://127.0.0.1:8080; it is ${JSON.stringify(text)}`)
  return new URL(text)
}
