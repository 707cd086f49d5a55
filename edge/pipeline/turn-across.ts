// The leader of a flight and those of other edges or workers: one of them asks the origin, the others take what it has stored.

import type { FillEnded, FillInTurn, FillTurns } from '../cache/fill-turn.ts'
import type { FlightOutcome, Leader, WaitOutcome } from '../cache/flights.ts'
import { remainingMs } from '../cache/freshness.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { usableOnError } from '../cache/serveable.ts'
import type { Exchange } from './exchange.ts'
import { levelLookup, type Search } from './search.ts'

/** What the leader of a flight comes to. */
export type TurnAcross =
  /** It asks the origin; `found` is the newest that the levels have. */
  | { readonly kind: 'go'; readonly flight: Leader; readonly found: LevelFound | null }
  /** Another edge asked; the flight is over, and its leader is told what everybody in it was. */
  | { readonly kind: 'told'; readonly outcome: WaitOutcome }

/** A leader that wants its turn. */
export interface Leading {
  readonly turns: FillTurns
  readonly flight: Leader
  readonly flightKey: string
  readonly search: Search
  readonly found: LevelFound | null
}

/** Waits until no other edge fetches the same thing, or one has. Never waits for Redis for longer than a lookup may take. Never rejects. */
export async function turnAcross({ turns, flight, flightKey, search, found }: Leading, x: Exchange): Promise<TurnAcross> {
  const { coalesceTimeoutMs } = search.asked.route.config.cache
  const claim = turns.claim(flightKey, coalesceTimeoutMs)
  let newest = found
  for (;;) {
    const turn = await claim.turn()
    if (turn.kind === 'mine') return { kind: 'go', flight: leased(flight, turn.fill, x), found: newest }
    if (turn.kind === 'alone') return { kind: 'go', flight, found: newest }
    if (turn.kind === 'late') return told(flight, { kind: 'failed' })
    if (turn.outcome === 'uncacheable') return told(flight, { kind: 'uncacheable' })
    if (turn.outcome === 'failed') {
      if (newest !== null && usableOnError(newest.entry, x.tools.clock.wallMs(), search.asked.route.config.cache)) {
        return told(flight, { kind: 'failed' })
      }
      continue
    }
    newest = (await levelLookup(search.key, search, x)) ?? newest
    // What the other edge stored may be another variant, too large for Redis, or stale again: then it is our turn to ask.
    if (newest !== null && isFresh(newest, x)) return told(flight, { kind: 'stored', entry: newest.entry })
  }
}

function told(flight: Leader, outcome: FlightOutcome): TurnAcross {
  flight.finish(outcome)
  return { kind: 'told', outcome }
}

function isFresh({ entry }: LevelFound, x: Exchange): boolean {
  return !entry.noCache && remainingMs(entry, x.tools.clock.wallMs()) > 0
}

// The others are told of a stored answer when they can find it, and not before.
function leased(flight: Leader, fill: FillInTurn, x: Exchange): Leader {
  return {
    ...flight,
    begin(arriving) {
      flight.begin(arriving)
      fill.arriving()
    },
    finish(outcome) {
      flight.finish(outcome)
      const kept = outcome.kind === 'stored' ? Promise.resolve(outcome.kept) : Promise.resolve()
      x.tools.background(
        'cache.lease',
        kept.then(() => fill.end(ENDED[outcome.kind])),
      )
    },
  }
}

const ENDED: Readonly<Record<FlightOutcome['kind'], FillEnded>> = {
  stored: 'stored',
  uncacheable: 'uncacheable',
  unshared: 'failed',
  failed: 'failed',
}

/** Where leaders of this route take turns: among all edges that share a Redis, or among the workers of this one; null where there is nobody else. */
export function turnsOf({ asked }: Search, { tools }: Exchange): FillTurns | null {
  const { coalesceAcross } = asked.route.config.cache
  return coalesceAcross === 'cluster' && tools.fillLeases !== null ? tools.fillLeases : tools.siblingTurns
}
