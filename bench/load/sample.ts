import type { BenchCase } from './cases.ts'

/** A number that a run gives. */
export type Figure =
  /** CPU of the contender's process tree per answered request. */
  | 'cpuUs'
  | 'requestsPerSecond'
  /** Workers ÷ CPU seconds per answer: what they would answer with a core each. */
  | 'capacityPerSecond'
  /** Of one answer, as it comes on a kept-alive connection: fields of its head, and bytes of head and body. */
  | 'answerFields'
  | 'answerBytes'
  /** Client connections of the worker that had fewest, and of the one that had most, halfway through the timed run. */
  | 'fewestConnections'
  | 'mostConnections'
  /** Resident memory of the process tree, before and with idle connections. */
  | 'rssBeforeBytes'
  | 'rssAfterBytes'
  | 'bytesPerConnection'

/** What a run gives; which figures depends on its case. */
export type Figures = Readonly<Partial<Record<Figure, number>>>

/** What one run of one contender in one case came to. */
export interface Sample {
  readonly contender: string
  readonly benchCase: BenchCase
  /** 1 for the first round; samples of one round were taken one after the other. */
  readonly round: number
  readonly figures: Figures
}

/** Middle and ends of a set of numbers. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** A figure of one contender in one case, by round; empty when it has none. */
export function valuesOf(samples: readonly Sample[], contender: string, benchCase: BenchCase, figure: Figure): readonly number[] {
  const own = samples.filter((sample) => sample.contender === contender && sample.benchCase === benchCase)
  return own.flatMap(({ figures }) => figures[figure] ?? [])
}

/** The samples with one figure ÷ that of `reference` in the same round: what both met on the machine then cancels out. */
export function besideReference(samples: readonly Sample[], figure: Figure, reference: string): readonly Sample[] {
  return samples.flatMap((sample) => {
    const other = samples.find((s) => s.contender === reference && s.benchCase === sample.benchCase && s.round === sample.round)
    const [own, beside] = [sample.figures[figure], other?.figures[figure]]
    return own === undefined || beside === undefined ? [] : [{ ...sample, figures: { [figure]: own / beside } }]
  })
}

/** Median, least and greatest of at least one number. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, min: sorted[0]!, max: sorted.at(-1)! }
}
