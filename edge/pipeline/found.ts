// What the cache said: the union that the stages after `lookup` must look at.

import type { Entry } from '../cache/entry.ts'
import type { Leader } from '../cache/flights.ts'
import type { Answer } from './exchange.ts'

/** What a lookup found. */
export type Found =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** An entry that must be validated first, for its own sake or the request's; it may stand in when the origin fails. */
  | {
      readonly kind: 'stale'
      readonly reason: 'stale' | 'request'
      readonly key: string
      readonly entry: Entry
      readonly flight: Leader | null
      readonly waited: 'no' | 'tried'
    }
  /** Nothing is kept. `flight` is there for who fetches for others too. */
  | { readonly kind: 'miss'; readonly key: string; readonly flight: Leader | null; readonly waited: 'no' | 'tried' }
  /** The cache has no part in this request. */
  | { readonly kind: 'bypass'; readonly reason: 'method' | 'bypass' }

/** What a lookup found, when it did not answer. */
export type Unanswered = Exclude<Found, { readonly kind: 'answered' }>

/** An entry that must be validated first. */
export type Stale = Extract<Found, { readonly kind: 'stale' }>

/** Lets go of who waits for this fetch; harmless when its flight is over. */
export function endFlight(found: Unanswered): void {
  if (found.kind !== 'bypass') found.flight?.finish({ kind: 'failed' })
}
