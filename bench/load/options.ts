import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type BenchCase, CASE_NAMES, DEFAULT_CASES } from './cases.ts'

/** What a run of the bench was asked for on its command line. */
export interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly warmupSeconds: number
  readonly cases: readonly BenchCase[]
  readonly only: readonly string[]
  readonly accessLog: 'off' | 'json-lines'
  /** Fields added to the edge's bootstrap. */
  readonly bootstrap: Readonly<Record<string, unknown>>
  /** Idle connections of the case that is about them. */
  readonly connections: number
  /** Undefined: the tables are only printed. */
  readonly outFile: string | undefined
  readonly setup: 'run' | 'skip'
}

/** The text `--help` prints. */
export const USAGE = `node bench/load/run.ts [options]: the edge beside its peers; CPU and memory, requests/s
  --runs N           interleaved rounds, each starts every contender anew (5)
  --seconds S        timed seconds of each run (3)
  --warmup S         seconds of load before each timed run (2)
  --connections N    idle connections of the case idle (5000)
  --case A,B         of ${CASE_NAMES.join(', ')}
                     (${DEFAULT_CASES.join(', ')})
  --only A,B         of the contenders' names (all)
  --access-log       the edge and nginx write one JSON line per request (off)
  --bootstrap JSON   fields added to the edge's bootstrap, e.g. '{"l1MaxBytes":0}'
  --out FILE         page whose section between the markers is replaced, "-" for none
                     (docs/benchmarks.md; none with --case, --only or --bootstrap)
  --no-setup         trust that bench/load/setup.sh has run`

const DEFAULT_OUT = join(import.meta.dirname, '../../docs/benchmarks.md')

/** Reads the command line; 'help' when it asks for that. @throws Error naming the option and what would be right */
export function readOptions(args: readonly string[], names: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      warmup: { type: 'string', default: '2' },
      connections: { type: 'string', default: '5000' },
      case: { type: 'string' },
      only: { type: 'string' },
      'access-log': { type: 'boolean', default: false },
      bootstrap: { type: 'string' },
      out: { type: 'string' },
      setup: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  // A part of the tables, or an edge that nobody gets so, must not replace the whole ones unasked.
  const isWhole = values.case === undefined && values.only === undefined && values.bootstrap === undefined
  const defaultOut = isWhole ? DEFAULT_OUT : undefined
  return {
    rounds: whole('--runs', values.runs),
    seconds: whole('--seconds', values.seconds),
    warmupSeconds: whole('--warmup', values.warmup),
    connections: whole('--connections', values.connections, 60_000),
    cases: (chosen('--case', values.case, CASE_NAMES) ?? DEFAULT_CASES) as readonly BenchCase[],
    only: chosen('--only', values.only, names) ?? names,
    accessLog: values['access-log'] ? 'json-lines' : 'off',
    bootstrap: fields('--bootstrap', values.bootstrap ?? '{}'),
    outFile: values.out === '-' ? undefined : (values.out ?? defaultOut),
    setup: values.setup ? 'run' : 'skip',
  }
}

// wrk takes whole seconds only.
function whole(option: string, text: string, most = 3_600): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new Error(`${option} ${text}: a whole number from 1 to ${most} is wanted`)
}

function chosen(option: string, text: string | undefined, allowed: readonly string[]): readonly string[] | undefined {
  if (text === undefined) return undefined
  const wanted = text.split(',')
  const unknown = wanted.find((name) => !allowed.includes(name))
  if (unknown !== undefined) throw new Error(`${option} ${unknown}: one or more of ${allowed.join(', ')} is wanted`)
  // The order of the tables is ours.
  return allowed.filter((name) => wanted.includes(name))
}

function fields(option: string, text: string): Readonly<Record<string, unknown>> {
  const value = jsonOf(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new Error(`${option} ${text}: a JSON object is wanted`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no object either: the caller says what is wanted.
    return undefined
  }
}
