// What one worker knows of the mirror of a route: how many copies are under way, what became of the others, and a few that differed.
// It outlives revisions. Counts only grow.

import {
  DIFFERENCE_KINDS,
  type Difference,
  type DifferenceKind,
  MAX_EXAMPLES,
  MIRROR_OUTCOMES,
  type MirrorExample,
  type MirrorOutcome,
  type MirrorReading,
} from '../contract/mirror-reading.ts'
import { maskedTarget } from '../http/masked.ts'

/** The longest target that is kept. */
const MAX_TARGET = 512

/** The book of one mirror. */
export class MirrorBook {
  readonly #outcomes = zeros(MIRROR_OUTCOMES)
  readonly #differences = zeros(DIFFERENCE_KINDS)
  readonly #examples: MirrorExample[] = []
  #inFlight = 0

  /** Copies under way. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** One more copy; `end` it. @returns false, with nothing begun, when as many are under way as may be */
  begin(maxInFlight: number): boolean {
    if (this.#inFlight >= maxInFlight) return false
    this.#inFlight += 1
    return true
  }

  /** A copy that had begun is over. */
  end(): void {
    this.#inFlight -= 1
  }

  /** What became of a copy, or of several. */
  note(outcome: MirrorOutcome, copies = 1): void {
    this.#outcomes[outcome] += copies
  }

  /** A copy whose answer was another; the oldest example gives way. @param target as it was sent */
  noteDifferent(about: Pick<MirrorExample, 'atMs' | 'id' | 'method' | 'target'>, differences: readonly Difference[]): void {
    this.note('different')
    for (const { kind } of differences) this.#differences[kind] += 1
    const { atMs, id, method } = about
    const target = maskedTarget(about.target).slice(0, MAX_TARGET)
    this.#examples.unshift({ atMs, id, method, target, differences })
    if (this.#examples.length > MAX_EXAMPLES) this.#examples.pop()
  }

  /** All of it, as data. */
  reading(route: string, pool: string): MirrorReading {
    const counts = { outcomes: { ...this.#outcomes }, differences: { ...this.#differences } }
    return { route, pool, inFlight: this.#inFlight, ...counts, examples: [...this.#examples] }
  }
}

function zeros<K extends MirrorOutcome | DifferenceKind>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>
}
