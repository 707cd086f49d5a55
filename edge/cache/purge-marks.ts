// Marks of purges: how far the purges of one target reach, and a bounded table of them by target.

/**
 * How far purges reach: what was filled before is stale (soft) or gone (hard). Purges of the log are held against the number that a fill
 * began under, those of this edge alone against the time that it began at. 0 reaches nothing.
 */
export interface Mark {
  readonly hardSeq: number
  readonly softSeq: number
  /** Wall clock. */
  readonly hardAtMs: number
  /** Wall clock. */
  readonly softAtMs: number
}

/** When a fill began: the highest purge known then, and the wall clock. */
export interface FillStart {
  readonly fillSeq: number
  readonly requestedAtMs: number
}

/** What purges say of a fill. */
export type PurgeVerdict = 'none' | 'soft' | 'hard'

/** Reaches nothing. */
export const NO_MARK: Mark = { hardSeq: 0, softSeq: 0, hardAtMs: 0, softAtMs: 0 }

/** What reaches as far as both. */
export function furthest(one: Mark, other: Mark): Mark {
  return {
    hardSeq: Math.max(one.hardSeq, other.hardSeq),
    softSeq: Math.max(one.softSeq, other.softSeq),
    hardAtMs: Math.max(one.hardAtMs, other.hardAtMs),
    softAtMs: Math.max(one.softAtMs, other.softAtMs),
  }
}

/** What a mark says of a fill. A fill that began in the very millisecond of a local purge counts as begun before it. */
export function verdictOf(mark: Mark, { fillSeq, requestedAtMs }: FillStart): PurgeVerdict {
  if (mark.hardSeq > fillSeq || mark.hardAtMs >= requestedAtMs) return 'hard'
  return mark.softSeq > fillSeq || mark.softAtMs >= requestedAtMs ? 'soft' : 'none'
}

/** Marks by target. When it is full the target that was purged longest ago gives way, and its mark is handed on: nothing is forgotten. */
export class MarkTable {
  readonly #marks = new Map<string, Mark>()
  readonly #max: number
  readonly #maxText: number
  readonly #overflow: (mark: Mark) => void
  #text = 0

  /** @param bounds `max` targets, of `maxText` characters together @param overflow takes the mark of a target that gave way */
  constructor(bounds: { readonly max: number; readonly maxText: number }, overflow: (mark: Mark) => void) {
    this.#max = bounds.max
    this.#maxText = bounds.maxText
    this.#overflow = overflow
  }

  get size(): number {
    return this.#marks.size
  }

  /** The mark of a target, or undefined. */
  get(target: string): Mark | undefined {
    return this.#marks.get(target)
  }

  /** Lets the mark of a target reach as far as this one too. */
  raise(target: string, mark: Mark): void {
    const before = this.#marks.get(target)
    // Taken out and put in again, so that the order of the map is that of the last purge of each.
    if (before === undefined) this.#text += target.length
    else this.#marks.delete(target)
    this.#marks.set(target, before === undefined ? mark : furthest(before, mark))
    while (this.#marks.size > this.#max || this.#text > this.#maxText) this.#dropOldest()
  }

  /** All marks, the one raised longest ago first. */
  entries(): IterableIterator<[string, Mark]> {
    return this.#marks.entries()
  }

  #dropOldest(): void {
    const oldest = this.#marks.entries().next()
    if (oldest.done) return
    const [target, mark] = oldest.value
    this.#marks.delete(target)
    this.#text -= target.length
    this.#overflow(mark)
  }
}
