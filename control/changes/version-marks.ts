// What was purged for which version of a row. Asking and remembering are two steps, with the purge log between them: a mark is only
// kept once its purge is in the log. If the log refuses, or the process ends between the two, the change comes again, finds no mark,
// and is purged; the worst that can happen is one purge too many. Two consumers that ask at the same time may both purge, too.

import type { Clock } from '../../edge/base/ports.ts'
import { type Mark, markAfter } from './version-order.ts'

/** Purges of a row that one change makes. */
export interface RowVersion {
  /** The rule and the row, as a digest. */
  readonly row: string
  readonly version: string
  /** Of the change. */
  readonly digest: string
  readonly rememberMs: number
  /** What is purged, a digest each. */
  readonly purges: readonly string[]
}

/** Marks of rows. */
export interface VersionMarks {
  /** For each change, for each of its purges, whether it is newer than its mark. Never rejects: what cannot be asked is newer. */
  look(changes: readonly RowVersion[]): Promise<readonly (readonly boolean[])[]>
  /** Raises the marks. Never rejects: what is not remembered purges again. */
  keep(changes: readonly RowVersion[]): Promise<void>
}

/** Purges remembered of one row; a row with more forgets them all, and its changes purge again. */
export const MAX_PURGES_OF_ROW = 256
/** Marks kept in memory, about 200 bytes each. */
export const MAX_MARKS = 250_000

interface RowMarks {
  readonly marks: Map<string, Mark>
  untilMs: number
}

/** Marks in memory, for a control plane without Redis: lost when it ends. At most 250,000; the row quiet longest gives way. */
export class MemoryMarks implements VersionMarks {
  readonly #clock: Clock
  /** The row that was quiet longest first. */
  readonly #rows = new Map<string, RowMarks>()
  readonly #max: number
  #count = 0

  constructor(clock: Clock, max: number = MAX_MARKS) {
    this.#clock = clock
    this.#max = max
  }

  async look(changes: readonly RowVersion[]): Promise<boolean[][]> {
    return changes.map((change) => {
      const marks = this.#marksOf(change.row)
      return change.purges.map((purge) => markAfter(marks?.get(purge) ?? null, change.version, change.digest) !== null)
    })
  }

  async keep(changes: readonly RowVersion[]): Promise<void> {
    for (const change of changes) this.#keepOne(change)
  }

  #keepOne({ row, version, digest, rememberMs, purges }: RowVersion): void {
    const marks = this.#marksOf(row) ?? new Map<string, Mark>()
    this.#forget(row) // It is put in anew below, behind all others.
    if (marks.size + purges.length > MAX_PURGES_OF_ROW) marks.clear()
    for (const purge of purges) {
      const mark = markAfter(marks.get(purge) ?? null, version, digest)
      if (mark !== null) marks.set(purge, mark)
    }
    this.#rows.set(row, { marks, untilMs: this.#clock.monotonicMs() + rememberMs })
    this.#count += marks.size
    for (const quiet of this.#rows.keys()) {
      if (this.#count <= this.#max) break
      this.#forget(quiet)
    }
  }

  #marksOf(row: string): Map<string, Mark> | null {
    const kept = this.#rows.get(row)
    if (kept && kept.untilMs > this.#clock.monotonicMs()) return kept.marks
    this.#forget(row)
    return null
  }

  #forget(row: string): void {
    this.#count -= this.#rows.get(row)?.marks.size ?? 0
    this.#rows.delete(row)
  }
}
