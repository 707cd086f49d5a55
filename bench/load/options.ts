import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type BenchCase, CASES } from './contender.ts'

/** What a run of the bench was asked for on its command line. */
export interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly warmupSeconds: number
  readonly cases: readonly BenchCase[]
  readonly only: readonly string[]
  readonly accessLog: 'off' | 'json-lines'
  readonly weirFlags: readonly string[]
  /** Undefined: the tables are only printed. */
  readonly outFile: string | undefined
  readonly setup: 'run' | 'skip'
}

/** The text `--help` prints. */
export const USAGE = `node bench/load/run.ts [options]: the edge beside its peers; CPU per request and requests/s
  --runs N           interleaved rounds, each starts every contender anew (5)
  --seconds S        timed seconds of each run (5)
  --warmup S         seconds of load before each timed run (3)
  --case A,B         of ${Object.keys(CASES).join(', ')} (all)
  --only A,B         of the contenders' names (all)
  --access-log       the nginx contenders write one JSON line per request, buffered (off)
  --weir-flags "…"   flags added to the edge's command line
  --out FILE         page whose section between the markers is replaced, "-" for none
                     (docs/benchmarks.md; none with --case or --only)
  --no-setup         trust that bench/load/setup.sh has run`

const DEFAULT_OUT = join(import.meta.dirname, '../../docs/benchmarks.md')

/** Reads the command line; 'help' when it asks for that. @throws Error naming the option and what would be right */
export function readOptions(args: readonly string[], names: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      warmup: { type: 'string', default: '3' },
      case: { type: 'string' },
      only: { type: 'string' },
      'access-log': { type: 'boolean', default: false },
      'weir-flags': { type: 'string', default: '' },
      out: { type: 'string' },
      setup: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  // A part of the tables must not replace the whole ones unasked.
  const defaultOut = values.case === undefined && values.only === undefined ? DEFAULT_OUT : undefined
  return {
    rounds: whole('--runs', values.runs),
    seconds: whole('--seconds', values.seconds),
    warmupSeconds: whole('--warmup', values.warmup),
    cases: chosen('--case', values.case, Object.keys(CASES)) as readonly BenchCase[],
    only: chosen('--only', values.only, names),
    accessLog: values['access-log'] ? 'json-lines' : 'off',
    weirFlags: values['weir-flags'].split(' ').filter((flag) => flag !== ''),
    outFile: values.out === '-' ? undefined : (values.out ?? defaultOut),
    setup: values.setup ? 'run' : 'skip',
  }
}

// wrk takes whole seconds only.
function whole(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 3_600) return value
  throw new Error(`${option} ${text}: a whole number from 1 to 3600 is wanted`)
}

function chosen(option: string, text: string | undefined, allowed: readonly string[]): readonly string[] {
  if (text === undefined) return allowed
  const wanted = text.split(',')
  const unknown = wanted.find((name) => !allowed.includes(name))
  if (unknown !== undefined) throw new Error(`${option} ${unknown}: one or more of ${allowed.join(', ')} is wanted`)
  return wanted
}
