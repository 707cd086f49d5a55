import type { BenchCase, Contender } from './contender.ts'
import type { Sample } from './measure.ts'

/** Middle and ends of a set of numbers. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Columns and rows of the tables, and whom the ratios are taken beside. */
export interface Layout {
  readonly cases: readonly BenchCase[]
  readonly contenders: readonly Contender[]
  readonly reference: Contender
}

/** Rounds and formats one number of a table. */
type Format = (value: number) => string

/** Median, least and greatest of at least one number. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, min: sorted[0]!, max: sorted.at(-1)! }
}

/** CPU of each sample ÷ CPU of `reference` in the same round: what both met on the machine then cancels out. */
export function cpuRatios(samples: readonly Sample[], reference: string): readonly Sample[] {
  return samples.flatMap((sample) => {
    const beside = samples.find((s) => s.contender === reference && s.benchCase === sample.benchCase && s.round === sample.round)
    return beside ? [{ ...sample, cpuUs: sample.cpuUs / beside.cpuUs }] : []
  })
}

/** The three Markdown tables: CPU per request, its ratio beside the reference, requests per second. A cell is "median (least–greatest)". */
export function tables(samples: readonly Sample[], { cases, contenders, reference }: Layout): string {
  const table = (title: string, shown: readonly Sample[], pick: (sample: Sample) => number, format: Format) =>
    [
      `**${title}**`,
      '',
      `| | ${cases.join(' | ')} |`,
      `|---|${'---:|'.repeat(cases.length)}`,
      ...contenders.map(({ name, label }) => {
        const own = shown.filter((sample) => sample.contender === name)
        return `| ${label} | ${cases.map((benchCase) => cell(own.filter((s) => s.benchCase === benchCase).map(pick), format)).join(' | ')} |`
      }),
      '',
    ].join('\n')
  return [
    table(
      'CPU µs of the proxy per answered request',
      samples,
      (s) => s.cpuUs,
      (v) => v.toFixed(1),
    ),
    table(
      `CPU ÷ CPU of ${reference.label} in the same round`,
      cpuRatios(samples, reference.name),
      (s) => s.cpuUs,
      (v) => v.toFixed(2),
    ),
    table(
      'Requests/s',
      samples,
      (s) => s.requestsPerSecond,
      (v) => Math.round(v).toLocaleString('en-GB'),
    ),
  ].join('\n')
}

function cell(values: readonly number[], format: Format): string {
  if (values.length === 0) return '–'
  const { median, min, max } = spread(values)
  return `${format(median)} (${format(min)}–${format(max)})`
}
