// Which keys are asked for most, out of any number of keys, in bounded memory: Space-Saving [1]. A key that is not among the counted
// ones takes the place of the least counted and inherits its count as its possible error, so
//
//   count - error <= true count <= count (but for rounding, at most 1), and a key with more than 1/capacity of all hits is among them.
//
// Slots are kept in the order of their counts. Slots of one count are a run; counting one up swaps it to the front of its run and
// moves it to the run before, so a hit costs O(1) whatever the capacity [1, "stream summary"]. Counts are halved every half-life, so
// old fame fades; that costs O(capacity), spread over the hits of a half-life. With a scan of keys that come once, the slots at the end
// change hands all the time, and those in front stay.
//
// [1] Metwally, Agrawal, El Abbadi: Efficient computation of frequent and top-k elements in data streams, ICDT 2005.

/** How much is remembered, and how long. */
export interface HotKeysOptions {
  /** Keys counted at once, 1 or more; about ten times as many as are to be told apart. */
  readonly capacity: number
  /** After this long a hit counts half, ms, 1 or more. */
  readonly halfLifeMs: number
}

/** A key that is asked for often. */
export interface HotKey {
  readonly key: string
  /** Hits, older ones counted for less; never less than the truth. */
  readonly count: number
  /** How much of `count` may be that of other keys. */
  readonly error: number
  /** Hits per second, by `count`. */
  readonly ratePerS: number
}

interface Slot {
  key: string
  error: number
  place: number
  run: Run
}

/** Neighbouring slots of one count. */
interface Run {
  count: number
  /** The place of its first slot. */
  start: number
}

/** A sketch of the keys that are asked for most. Pure: it looks at no clock. */
export class HotKeys {
  readonly #capacity: number
  readonly #halfLifeMs: number
  readonly #slots = new Map<string, Slot>()
  /** By count, the highest first. */
  readonly #order: Slot[] = []
  #total = 0
  #halvedAtMs: number | null = null
  /** The time that what was counted before the last halving stands for, halved with it. */
  #pastMs = 0

  /** @throws RangeError on a capacity or half-life below 1 */
  constructor({ capacity, halfLifeMs }: HotKeysOptions) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError('capacity must be a whole number of 1 or more')
    if (!(halfLifeMs >= 1)) throw new RangeError('halfLifeMs must be 1 or more')
    this.#capacity = capacity
    this.#halfLifeMs = halfLifeMs
  }

  /** Keys counted now. */
  get size(): number {
    return this.#order.length
  }

  /** Counts a hit. O(1), amortised. @param nowMs monotonic */
  hit(key: string, nowMs: number): void {
    this.#fade(nowMs)
    this.#total++
    this.#countUp(this.#slots.get(key) ?? this.#slotFor(key))
  }

  /**
   * The part of all hits that a key has for certain, 0..1; 0 for one that is not counted. O(1).
   * @param nowMs monotonic
   */
  share(key: string, nowMs: number): number {
    this.#fade(nowMs)
    const slot = this.#slots.get(key)
    return slot === undefined || this.#total === 0 ? 0 : (slot.run.count - slot.error) / this.#total
  }

  /**
   * Hits per second that a key has for certain, reckoned over at least a second; 0 for one that is not counted. O(1).
   * @param nowMs monotonic
   */
  rateOf(key: string, nowMs: number): number {
    this.#fade(nowMs)
    const slot = this.#slots.get(key)
    return slot === undefined ? 0 : ((slot.run.count - slot.error) * 1_000) / Math.max(1_000, this.#spanMs(nowMs))
  }

  /** The keys with the highest counts, highest first. O(count). @param nowMs monotonic */
  top(count: number, nowMs: number): HotKey[] {
    this.#fade(nowMs)
    const spanMs = this.#spanMs(nowMs)
    return this.#order.slice(0, count).map(({ key, error, run }) => {
      return { key, count: run.count, error, ratePerS: spanMs > 0 ? (run.count * 1_000) / spanMs : 0 }
    })
  }

  #spanMs(nowMs: number): number {
    return this.#pastMs + nowMs - (this.#halvedAtMs ?? nowMs)
  }

  #slotFor(key: string): Slot {
    if (this.#order.length < this.#capacity) {
      const place = this.#order.length
      const slot = { key, error: 0, place, run: { count: 0, start: place } }
      this.#order.push(slot)
      this.#slots.set(key, slot)
      return slot
    }
    const least = this.#order[this.#order.length - 1]!
    this.#slots.delete(least.key)
    this.#slots.set(key, least)
    least.key = key
    least.error = least.run.count
    return least
  }

  #countUp(slot: Slot): void {
    const { run } = slot
    const first = this.#order[run.start]!
    this.#order[slot.place] = first
    first.place = slot.place
    this.#order[run.start] = slot
    slot.place = run.start
    const before = slot.place === 0 ? undefined : this.#order[slot.place - 1]!.run
    const isAlone = this.#order[slot.place + 1]?.run !== run
    if (before?.count === run.count + 1) slot.run = before
    else if (isAlone) {
      run.count++ // A run of one slot rises as it stands.
      return
    } else slot.run = { count: run.count + 1, start: slot.place }
    run.start++
  }

  #fade(nowMs: number): void {
    this.#halvedAtMs ??= nowMs
    const sinceMs = nowMs - this.#halvedAtMs
    if (sinceMs < this.#halfLifeMs) return
    const halvings = Math.floor(sinceMs / this.#halfLifeMs)
    // All at once after a silence: 2^-53 of anything is nothing.
    const factor = 2 ** -Math.min(halvings, 53)
    // The time between the last halvings was counted in full before it was halved.
    let pastMs = this.#pastMs
    for (let i = 0; i < Math.min(halvings, 53); i++) pastMs = (pastMs + this.#halfLifeMs) / 2
    this.#pastMs = pastMs
    this.#halvedAtMs += halvings * this.#halfLifeMs
    this.#total *= factor
    this.#shrink(factor)
  }

  /** Counts fall; who has none left goes. Their order stays, since rounding up never makes the lesser the greater. */
  #shrink(factor: number): void {
    let run: Run | null = null
    let kept = 0
    for (const slot of this.#order) {
      const exact = slot.run.count * factor
      if (exact < 1) {
        this.#slots.delete(slot.key)
        continue
      }
      const count = Math.ceil(exact)
      slot.error = Math.min(count, Math.ceil(slot.error * factor))
      if (run === null || run.count !== count) run = { count, start: kept }
      this.#order[kept] = slot
      slot.place = kept++
      slot.run = run
    }
    this.#order.length = kept
  }
}
