// `weir record`: a recording of what people ask an edge for, without their secrets, in a file.

import { closeSync, openSync, writeSync } from 'node:fs'
import { type RecordTerms, RecordTermsSchema } from '../../edge/contract/recording.ts'
import { formatDurationMs, parseSizeBytes, SECOND_MS } from '../../edge/contract/units.ts'
import { validate } from '../../edge/contract/validate.ts'
import { type RecordAnswer, recordEdge } from '../client/edge-record.ts'
import { adminUrl, DEFAULT_ADMIN } from './admin-url.ts'
import { CliError, EXIT, refusal, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { faultSentence } from './fault-sentence.ts'
import type { Flags } from './flags.ts'
import { Progress } from './progress.ts'
import { counted, report } from './report.ts'
import { printable } from './table.ts'

/** The command `record`. */
export const record: Command = {
  name: 'record',
  summary: 'record what people ask an edge for, without their secrets',
  usage: ['record FILE [--for TIME] [--sample RATIO] [--max SIZE] [--bodies SIZE] [--route ID] [--mask NAME]… [--edge URL]'],
  flags: {
    edge: { value: 'URL', help: `the admin port of the edge, on this machine (${DEFAULT_ADMIN})` },
    for: { value: 'TIME', help: 'how long (60s; 1h at most)' },
    sample: { value: 'RATIO', help: 'the part of the requests, such as 0.05 (1 is all, the default)' },
    max: { value: 'SIZE', help: 'the longest file (64MB; 512MB at most)' },
    bodies: { value: 'SIZE', help: 'record request bodies up to this size: forms and JSON alone (none; 1MB at most)' },
    route: { value: 'ID', help: 'only requests of this route' },
    mask: { value: 'NAME', help: 'a field, parameter or member that is a secret too', times: 'many' },
  },
  examples: ['record monday.ndjson --for 10m --sample 0.05', 'record cart.ndjson --route cart --bodies 16KB --mask card'],
  async run(call) {
    const [path, ...more] = call.args
    if (path === undefined || more.length > 0) throw usageError('record takes one FILE to write')
    const terms = termsOf(call.flags)
    const edge = adminUrl(call.flags.text('edge'))
    const answer = await write(path, (take) => work(call, { edge, terms, take }))
    if (!answer.ok) throw new CliError(answer.kind === 'unreachable' ? EXIT.unreachable : EXIT.refused, printable(answer.sentence))
    const { ended, requests, dropped } = answer.end
    const why = { time: '', size: `; it ended early, since it had ${terms.maxBytes} bytes`, stopped: '; it was stopped' }[ended]
    const lost = dropped === 0 ? '' : `, ${dropped} more were dropped`
    report(call, { file: path, ended, requests, dropped }, [`${counted(requests, 'request')} in ${path}${lost}${why}`])
    return EXIT.done
  },
}

// Nobody but the user may read it, and nothing that is there is overwritten.
async function write(path: string, run: (take: (line: string) => void) => Promise<RecordAnswer>): Promise<RecordAnswer> {
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (cause) {
    throw refusal(`${path} cannot be written: ${faultSentence(cause)}`)
  }
  try {
    return await run((line) => void writeSync(file, `${line}\n`))
  } finally {
    closeSync(file)
  }
}

async function work(call: Call, ask: { edge: URL; terms: RecordTerms; take: (line: string) => void }): Promise<RecordAnswer> {
  const { clock, terminal, timers } = call
  const { forMs } = ask.terms
  const progress = new Progress(terminal, Math.ceil(forMs / SECOND_MS))
  const beganMs = clock.monotonicMs()
  let lines = 0
  const cancel = timers.every(SECOND_MS, () => {
    const seconds = Math.floor((clock.monotonicMs() - beganMs) / SECOND_MS)
    progress.show(
      Math.min(seconds, Math.ceil(forMs / SECOND_MS)),
      `s of ${formatDurationMs(forMs)}, ${counted(Math.max(0, lines - 1), 'request')}`,
    )
  })
  const take = (line: string) => {
    lines += 1
    ask.take(line)
  }
  const answer = await recordEdge({ ...ask, take, stopped: call.untilStopped() })
  cancel()
  progress.end()
  return answer
}

function termsOf(flags: Flags): RecordTerms {
  const sample = flags.text('sample')
  const read = validate(RecordTermsSchema, {
    ...(sample === undefined ? {} : { sample: Number(sample) }),
    ...defined('forMs', flags.durationMs('for')),
    ...defined('maxBytes', sizeOf(flags, 'max')),
    ...defined('bodyBytes', sizeOf(flags, 'bodies')),
    ...defined('route', flags.text('route')),
    mask: [...flags.texts('mask')],
  })
  if (read.ok) return read.value
  const flagOf: Record<string, string> = { forMs: 'for', maxBytes: 'max', bodyBytes: 'bodies' }
  throw usageError(read.problems.map(({ pointer, message }) => `--${flagOf[pointer.slice(1)] ?? pointer.slice(1)} ${message}`).join('; '))
}

function defined<T>(name: string, value: T | undefined): Record<string, T> {
  return value === undefined ? {} : { [name]: value }
}

function sizeOf(flags: Flags, name: string): number | undefined {
  const text = flags.text(name)
  if (text === undefined) return undefined
  const bytes = parseSizeBytes(text)
  if (bytes === null) throw usageError(`--${name} must be a size such as 64KB or 1MB; it is ${JSON.stringify(text)}`)
  return bytes
}
