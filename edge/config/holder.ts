// Holds the snapshot that new exchanges take. Invariant: what `current` gives is never changed, only replaced by one assignment;
// an exchange that took it keeps it to its end.

import type { Snapshot } from './snapshot.ts'

/** Holds the snapshot in force. */
export class Holder {
  #current: Snapshot | null = null

  /** The snapshot in force; null before the first. */
  get current(): Snapshot | null {
    return this.#current
  }

  /** Puts the next snapshot in force. */
  swap(next: Snapshot): void {
    this.#current = next
  }
}
