import type { Random } from './ports.ts'

// A table in shared memory of debts that melt away, one per key, exact across the worker threads of an edge.
// A cell holds a debt in milliseconds, when it was noted, and the window it was counted in; it is gone at `atMs + debtMs`.
// Buckets of eight cells, a lock word each: `enter` takes the lock of a key's bucket, `leave` writes the cell and lets it go.
// Full is defined: a key that finds no cell takes that of its bucket whose debt ends first, the one idle the longest.
// Keys are known by 64 bits of a hash keyed with a seed of the table, so nobody outside can aim at a cell or a bucket.
// A worker that dies between `enter` and `leave` leaves its lock behind; after PATIENCE_NAPS it is taken over, and counted.

const HEADER_WORDS = 16
const BUCKETS = 0
const SEED_LOW = 1
const SEED_HIGH = 2
const HOLDERS = 3
const FORGOTTEN = 4
const TAKEOVERS = 5

// A bucket: the lock and a spare word, eight low halves, eight high halves, then three doubles for each cell.
const CELLS_PER_BUCKET = 8
const LOWS = 2
const HIGHS = LOWS + CELLS_PER_BUCKET
const NUMBERS_PER_CELL = 3
const FIRST_NUMBER = (HIGHS + CELLS_PER_BUCKET) / 2
const BUCKET_NUMBERS = FIRST_NUMBER + CELLS_PER_BUCKET * NUMBERS_PER_CELL
const BUCKET_WORDS = BUCKET_NUMBERS * 2

const MAX_CELLS = 16_777_216
const SPINS = 100
const NAP_MS = 1
const PATIENCE_NAPS = 200

// A lock word names its holder and the turn, so that a waiter can tell a dead holder from a busy one.
const TURN_BITS = 21
const TURN_MASK = (1 << TURN_BITS) - 1
const MAX_HOLDER = 1_023

/**
 * Memory for a table that all workers of an edge share; see `SharedCells`.
 * @param minCells keys held at least, 1..16,777,216; rounded up to eight times a power of two; about 33 bytes each
 * @throws RangeError when `minCells` is out of range
 */
export function allocateCells(minCells: number, random: Random): SharedArrayBuffer {
  if (!Number.isInteger(minCells) || minCells < 1 || minCells > MAX_CELLS) throw new RangeError(`minCells must be 1 to ${MAX_CELLS}`)
  const buckets = 2 ** Math.ceil(Math.log2(Math.max(1, minCells / CELLS_PER_BUCKET)))
  const memory = new SharedArrayBuffer((HEADER_WORDS + buckets * BUCKET_WORDS) * Int32Array.BYTES_PER_ELEMENT)
  const words = new Int32Array(memory)
  words[BUCKETS] = buckets
  words[SEED_LOW] = Number.parseInt(random.hex(4), 16)
  words[SEED_HIGH] = Number.parseInt(random.hex(4), 16)
  return memory
}

/** One worker's view of the shared table. It holds at most one lock: every `enter` is followed by its `leave`. */
export class SharedCells {
  /** Low half of the seed of this table's hash. */
  readonly seedLow: number
  /** High half of the seed of this table's hash. */
  readonly seedHigh: number
  /** Keys held at most. */
  readonly capacity: number
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #numbers: Float64Array<SharedArrayBuffer>
  readonly #bucketMask: number
  readonly #holder: number
  #turn = 0
  #lock = 0

  /** @param memory from `allocateCells`, the same one in every worker */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
    this.#numbers = new Float64Array(memory)
    const buckets = this.#words[BUCKETS]!
    this.#bucketMask = buckets - 1
    this.capacity = buckets * CELLS_PER_BUCKET
    this.seedLow = this.#words[SEED_LOW]!
    this.seedHigh = this.#words[SEED_HIGH]!
    this.#holder = ((Atomics.add(this.#words, HOLDERS, 1) % MAX_HOLDER) + 1) << TURN_BITS
  }

  /** Keys that lost a debt because their bucket was full, in all workers. */
  get forgotten(): number {
    return Atomics.load(this.#words, FORGOTTEN)
  }

  /** Locks taken over from workers that died, in all workers. */
  get takeovers(): number {
    return Atomics.load(this.#words, TAKEOVERS)
  }

  /**
   * Locks the bucket of a key and gives its cell; a key not held gets one without debt.
   * @param low, high the key's 64-bit hash under the seed of this table, as two 32-bit integers
   * @returns the cell, good until `leave`; nothing in between may throw, wait or enter again
   */
  enter(low: number, high: number, nowMs: number): number {
    const bucket = low & this.#bucketMask
    const lock = HEADER_WORDS + bucket * BUCKET_WORDS
    this.#acquire(lock)
    const first = HEADER_WORDS / 2 + bucket * BUCKET_NUMBERS + FIRST_NUMBER
    let idlest = 0
    let idlestEndMs = Number.POSITIVE_INFINITY
    for (let slot = 0; slot < CELLS_PER_BUCKET; slot++) {
      const cell = first + slot * NUMBERS_PER_CELL
      if (this.#words[lock + LOWS + slot] === low && this.#words[lock + HIGHS + slot] === high) return cell
      const endMs = this.#numbers[cell]! + this.#numbers[cell + 1]!
      if (endMs >= idlestEndMs) continue
      idlest = slot
      idlestEndMs = endMs
    }
    // A debt that has melted says no more than an empty cell does: only a standing one is lost.
    if (idlestEndMs > nowMs) Atomics.add(this.#words, FORGOTTEN, 1)
    const cell = first + idlest * NUMBERS_PER_CELL
    this.#write(cell, 0, 0, 0)
    this.#words[lock + LOWS + idlest] = low
    this.#words[lock + HIGHS + idlest] = high
    return cell
  }

  /** The debt of a cell when it was noted, 0 or more. */
  debtMs(cell: number): number {
    return this.#numbers[cell]!
  }

  /** When the debt was noted, wall ms; 0 in a fresh cell. */
  atMs(cell: number): number {
    return this.#numbers[cell + 1]!
  }

  /** The window the debt was counted in; 0 in a fresh cell. */
  windowMs(cell: number): number {
    return this.#numbers[cell + 2]!
  }

  /** Writes the entered cell and lets its bucket go. */
  leave(cell: number, debtMs: number, atMs: number, windowMs: number): void {
    this.#write(cell, debtMs, atMs, windowMs)
    // Only our own turn is ended: had the lock been taken over meanwhile, it is somebody else's now.
    Atomics.compareExchange(this.#words, this.#lock, this.#holder | this.#turn, 0)
  }

  #write(cell: number, debtMs: number, atMs: number, windowMs: number): void {
    this.#numbers[cell] = debtMs
    this.#numbers[cell + 1] = atMs
    this.#numbers[cell + 2] = windowMs
  }

  #acquire(lock: number): void {
    this.#lock = lock
    this.#turn = (this.#turn + 1) & TURN_MASK
    const mine = this.#holder | this.#turn
    if (Atomics.compareExchange(this.#words, lock, 0, mine) === 0) return
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.compareExchange(this.#words, lock, 0, mine) === 0) return
    this.#outwait(lock, mine)
  }

  // A turn lasts tens of nanoseconds; one that lasts longer belongs to a thread that lost its core, or its life. Naps are
  // counted instead of time, so that a process stopped as a whole does not mistake its own absence for a death.
  #outwait(lock: number, mine: number): void {
    let seen = 0
    for (let naps = 0; naps < PATIENCE_NAPS; naps++) {
      const held = Atomics.compareExchange(this.#words, lock, 0, mine)
      if (held === 0) return
      if (held !== seen) naps = 0
      seen = held
      Atomics.wait(this.#words, lock, held, NAP_MS)
    }
    if (Atomics.compareExchange(this.#words, lock, seen, mine) !== seen) return this.#acquire(lock)
    Atomics.add(this.#words, TAKEOVERS, 1)
  }
}
