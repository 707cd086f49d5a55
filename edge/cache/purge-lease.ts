// How long an edge may take what it knows of purges for all there is. Two numbers in shared memory, written by the supervisor and read
// by its workers: until when the control plane had said everything, and whether the edge knows that it is cut off.
//
// The control plane answers each beat of an edge with the time that the edge wrote into it, behind all purges that it had until then. So
// that time is one at which the edge knew of all purges, however long the answer lay in a socket, and however long a process was stopped.

/** How long an answer of the control plane holds. Beats come every second. */
export const LEASE_MS = 5_000

const CURRENT_AT = 0
const FREE = 1

/** The memory of a lease, for all threads of an edge. It holds for ever, as without a control plane. */
export function allocateLease(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(16)
  new Float64Array(memory)[FREE] = 1
  return memory
}

/** What an edge knows of how current it is. */
export class PurgeLease {
  readonly #cells: Float64Array

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Float64Array(memory)
  }

  /** Whether all purges up to a moment ago are known, or nobody can tell more. @param nowMs wall clock */
  holds(nowMs: number): boolean {
    return this.#cells[FREE] === 1 || nowMs - this.#cells[CURRENT_AT]! <= LEASE_MS
  }

  /** At this time everything was known. @param atMs wall clock */
  renew(atMs: number): void {
    this.#cells[CURRENT_AT] = atMs
    this.#cells[FREE] = 0
  }

  /** Somebody can tell more again: until then nothing is certain. Without effect before the first time that everything was known. */
  suspend(): void {
    if (this.#cells[CURRENT_AT] !== 0) this.#cells[FREE] = 0
  }

  /** Nobody can tell more: what is known has to do. */
  release(): void {
    this.#cells[FREE] = 1
  }

  /** When everything was known last; 0 before the first time. */
  get currentAtMs(): number {
    return this.#cells[CURRENT_AT]!
  }
}
