// Turns to fetch: of several leaders that miss the same thing in places that do not see each other, one asks the origin.

import type { FillEnded } from '../redis/fill-lease.ts'

export type { FillEnded }

/** What came of waiting for one's turn. */
export type Turn =
  /** Nobody else fetches it: `fill` is to be ended when it is known how that went. */
  | { readonly kind: 'mine'; readonly fill: FillInTurn }
  /** Somebody's fetch has ended. Asked again, the turn passes over that one. */
  | { readonly kind: 'ended'; readonly outcome: FillEnded }
  /** Somebody fetches it for too long already. */
  | { readonly kind: 'late' }
  /** Nobody can be waited for. */
  | { readonly kind: 'alone' }

/** A fetch whose turn it is. */
export interface FillInTurn {
  /** The head is here, and may be shared. */
  arriving(): void
  /** Lets the others know how the fetch ended; only the first call counts. Never rejects. */
  end(outcome: FillEnded): Promise<void>
}

/** A claim to fetch one answer. */
export interface FillTurn {
  /** Waits for its turn, or for the end of somebody else's. Never rejects. */
  turn(): Promise<Turn>
}

/** Where turns are taken. */
export interface FillTurns {
  /** A claim to fetch an answer. @param key of its flight @param timeoutMs how long others may be waited for, and the turn be held */
  claim(key: string, timeoutMs: number): FillTurn
}
