// Counts of what is in use and of who waits for it, in memory that all workers of an edge share: a row per name, exact over threads.
//
// A row holds what is in use in all and by kind; and for each worker what it uses, how many wait there, and the ticket of its first waiter, by kind.
// A worker counts in its own part before the sums, and takes back in the opposite order: when it dies, what its part says is given back by `reclaim`,
// and no slot is lost with it. Whoever makes room where somebody waits says so by the word CHANGES, which waiters listen to.
// Full is defined: a name that finds no row is counted by each worker for itself.

const HEADER_WORDS = 4
const ROWS = 0
const WORKERS = 1

/** Kinds of users; lower numbers go first. */
export const KINDS = 4

// A row: two words of its name, then these, then the sums by kind, then the parts of the workers.
const CHANGES = 2
const IN_USE = 3
const WAITING = 4
const TICKETS = 5
const BY_KIND = 6
const PARTS = BY_KIND + KINDS
// A part, by kind each: what it uses, how many wait, the ticket of the first one.
const WAITERS = KINDS
const FIRST = 2 * KINDS
const PART_WORDS = 3 * KINDS

/** Memory for the slots of one edge. @param rows names held, integer >= 1 @param workers integer >= 1 */
export function allocateSlots(rows: number, workers: number): SharedArrayBuffer {
  const memory = new SharedArrayBuffer((HEADER_WORDS + rows * rowWords(workers)) * Int32Array.BYTES_PER_ELEMENT)
  const words = new Int32Array(memory)
  words[ROWS] = rows
  words[WORKERS] = workers
  return memory
}

/** Gives back what a worker used that has ended, and takes its waiters out. @param worker its index */
export function reclaimSlots(memory: SharedArrayBuffer, worker: number): void {
  const words = new Int32Array(memory)
  for (let row = 0; row < words[ROWS]!; row += 1) {
    const at = HEADER_WORDS + row * rowWords(words[WORKERS]!)
    if (words[at] !== 0 || words[at + 1] !== 0) new SlotRow(words, at, worker).reclaim()
  }
}

/** One worker's view of the table. */
export class SharedSlots {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #names: BigInt64Array<SharedArrayBuffer>
  readonly #worker: number

  /** @param memory from `allocateSlots` @param worker index of this one */
  constructor(memory: SharedArrayBuffer, worker: number) {
    this.#words = new Int32Array(memory)
    this.#names = new BigInt64Array(memory)
    this.#worker = worker
  }

  /** The row of a name, the same one in all workers. */
  row(name: string): SlotRow {
    const [rows, workers] = [this.#words[ROWS]!, this.#words[WORKERS]!]
    const wanted = nameOf(name)
    const first = Number(BigInt.asUintN(31, wanted)) % rows
    for (let probe = 0; probe < rows; probe += 1) {
      const at = HEADER_WORDS + ((first + probe) % rows) * rowWords(workers)
      const found = Atomics.compareExchange(this.#names, at / 2, 0n, wanted)
      if (found === 0n || found === wanted) return new SlotRow(this.#words, at, this.#worker)
    }
    return new SlotRow(new Int32Array(allocateSlots(1, 1)), HEADER_WORDS, 0)
  }
}

/** The counts of one name, as one worker sees them. */
export class SlotRow {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #at: number
  readonly #part: number
  readonly #workers: number

  /** @param at the first word of the row @param worker index of this one */
  constructor(words: Int32Array<SharedArrayBuffer>, at: number, worker: number) {
    this.#words = words
    this.#at = at
    this.#part = at + PARTS + worker * PART_WORDS
    this.#workers = words[WORKERS]!
  }

  /** Whether no other worker shares it. */
  get alone(): boolean {
    return this.#workers === 1
  }

  /** Slots in use in all. */
  get inUse(): number {
    return Atomics.load(this.#words, this.#at + IN_USE)
  }

  /** Slots in use by a kind. */
  inUseBy(kind: number): number {
    return Atomics.load(this.#words, this.#at + BY_KIND + kind)
  }

  /** Waiters in all. */
  get waiting(): number {
    return Atomics.load(this.#words, this.#at + WAITING)
  }

  /** Waiters of this kind and of those before it. */
  waitingUpTo(kind: number): number {
    let count = 0
    for (let worker = 0; worker < this.#workers; worker += 1) {
      for (let before = 0; before <= kind; before += 1) count += Atomics.load(this.#words, this.#partOf(worker) + WAITERS + before)
    }
    return count
  }

  /** Takes a slot, or nothing. @param most in all @param mostOfKind of this kind */
  take(kind: number, most: number, mostOfKind: number): boolean {
    if (this.inUse >= most || this.inUseBy(kind) >= mostOfKind) return false
    Atomics.add(this.#words, this.#part + kind, 1)
    if (this.#addBelow(BY_KIND + kind, mostOfKind)) {
      if (this.#addBelow(IN_USE, most)) return true
      Atomics.sub(this.#words, this.#at + BY_KIND + kind, 1)
    }
    Atomics.sub(this.#words, this.#part + kind, 1)
    // For a moment there seemed to be less room for the kind than there is.
    this.changed()
    return false
  }

  /** Gives a slot back. */
  give(kind: number): void {
    Atomics.sub(this.#words, this.#at + IN_USE, 1)
    Atomics.sub(this.#words, this.#at + BY_KIND + kind, 1)
    Atomics.sub(this.#words, this.#part + kind, 1)
    this.changed()
  }

  /** Takes a place among those who wait. @param most in all @returns its ticket, never 0; null when there are that many already */
  queue(kind: number, most: number): number | null {
    if (this.waiting >= most) return null
    Atomics.add(this.#words, this.#part + WAITERS + kind, 1)
    if (!this.#addBelow(WAITING, most)) {
      Atomics.sub(this.#words, this.#part + WAITERS + kind, 1)
      return null
    }
    for (;;) {
      const ticket = Atomics.add(this.#words, this.#at + TICKETS, 1)
      if (ticket !== 0) return ticket
    }
  }

  /** Takes one of the kind out of those who wait here. @param first the ticket of who is the first then; 0 when nobody waits */
  unqueue(kind: number, first: number): void {
    Atomics.sub(this.#words, this.#at + WAITING, 1)
    Atomics.sub(this.#words, this.#part + WAITERS + kind, 1)
    this.showFirst(kind, first)
  }

  /** Shows all workers who is the first of a kind here. @param ticket 0 when nobody waits */
  showFirst(kind: number, ticket: number): void {
    Atomics.store(this.#words, this.#part + FIRST + kind, ticket)
    this.changed()
  }

  /** Whether somebody of this kind, at any worker, has waited longer. @param ticket 0 for who has none */
  isBehind(kind: number, ticket: number): boolean {
    for (let worker = 0; worker < this.#workers; worker += 1) {
      const first = Atomics.load(this.#words, this.#partOf(worker) + FIRST + kind)
      // Tickets go round; two that are compared are never half a round apart.
      if (first !== 0 && (ticket === 0 || ((first - ticket) | 0) < 0)) return true
    }
    return false
  }

  /** Says to all that wait that there may be room. */
  changed(): void {
    if (this.waiting === 0) return
    Atomics.add(this.#words, this.#at + CHANGES, 1)
    Atomics.notify(this.#words, this.#at + CHANGES)
  }

  /** How often something has changed; for `nextChange`. */
  get changes(): number {
    return Atomics.load(this.#words, this.#at + CHANGES)
  }

  /** Resolves when there have been more changes than `seen`; null when that is so already. */
  nextChange(seen: number): Promise<unknown> | null {
    const wait = Atomics.waitAsync(this.#words, this.#at + CHANGES, seen)
    return wait.async ? wait.value : null
  }

  /** Gives back what its worker used, and takes its waiters out: it has ended. */
  reclaim(): void {
    for (let kind = 0; kind < KINDS; kind += 1) {
      const used = Atomics.exchange(this.#words, this.#part + kind, 0)
      const waited = Atomics.exchange(this.#words, this.#part + WAITERS + kind, 0)
      Atomics.store(this.#words, this.#part + FIRST + kind, 0)
      Atomics.sub(this.#words, this.#at + BY_KIND + kind, used)
      Atomics.sub(this.#words, this.#at + IN_USE, used)
      Atomics.sub(this.#words, this.#at + WAITING, waited)
    }
    this.changed()
  }

  #partOf(worker: number): number {
    return this.#at + PARTS + worker * PART_WORDS
  }

  #addBelow(word: number, most: number): boolean {
    const at = this.#at + word
    for (let seen = Atomics.load(this.#words, at); seen < most; ) {
      const found = Atomics.compareExchange(this.#words, at, seen, seen + 1)
      if (found === seen) return true
      seen = found
    }
    return false
  }
}

// Rows begin at even words, where a name of 64 bits can be exchanged.
function rowWords(workers: number): number {
  return PARTS + workers * PART_WORDS
}

// FNV-1a in 64 bits; never 0, which marks a free row. Names are those of operators: nobody aims at a row.
function nameOf(name: string): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return BigInt.asIntN(64, hash === 0n ? 1n : hash)
}
