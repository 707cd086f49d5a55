// A lookup on its way through the steps of the finding stage, and what it comes to when nothing answers.

import type { Leader } from '../cache/flights.ts'
import { remainingMs } from '../cache/freshness.ts'
import type { Promotion } from '../cache/level.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { NOTHING_ASKED } from '../cache/request-directives.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import type { Mode } from '../contract/degrade.ts'
import type { CacheControl } from '../http/cache-control.ts'
import { spotOf } from './cache-target.ts'
import type { Asked, Exchange } from './exchange.ts'
import type { Unanswered } from './found.ts'
import { seriesOf } from './match.ts'

/** A lookup as its steps see it. */
export interface Search {
  readonly asked: Asked
  readonly mode: Mode
  readonly key: string
  readonly directives: CacheControl
  /** Wall clock: when the levels had answered. */
  readonly nowMs: number
}

/** Where a search stands when it goes on to the origin. */
export interface Turn {
  /** There for who fetches for others too. */
  readonly flight: Leader | null
  readonly waited: 'no' | 'tried'
}
/** Asks for itself, and tells nobody. */
export const ALONE: Turn = { flight: null, waited: 'no' }

/** What a search comes to that nobody answered: the origin is asked. */
export function unanswered(found: LevelFound | null, search: Search, turn: Turn, x: Exchange): Unanswered {
  note(search.asked.route, found === null ? 'miss' : 'expired', x)
  return lacking(found, search, turn, x)
}

/** The same, while it is not certain yet that it comes to that. */
export function lacking(found: LevelFound | null, { key }: Search, turn: Turn, x: Exchange): Unanswered {
  if (found === null) return { kind: 'miss', key, ...turn }
  const reason = remainingMs(found.entry, x.startedAtMs) > 0 && !found.entry.noCache ? 'request' : 'stale'
  return { kind: 'stale', reason, key, entry: found.entry, ...turn }
}

/** Notes what the cache said, for the log and the counts. */
export function note(route: RoutePlan, outcome: string, x: Exchange): void {
  x.why.cache = outcome
  x.tools.metrics.looked(seriesOf(route, x), outcome)
}

/** What a crawler finds stays where it is, unless its answers are for everyone. */
export function promotionOf({ client, route }: Asked): Promotion {
  return client.class === 'crawler' && route.config.cache.crawlerFills === 'l2-only' ? 'leave' : 'promote'
}

/** What the levels have under a key for a search. */
export function levelLookup(key: string, search: Search, x: Exchange): LevelFound | null | Promise<LevelFound | null> {
  const { asked } = search
  return x.tools.levels.lookup(key, asked.shared, {
    nowMs: x.startedAtMs,
    promotion: promotionOf(asked),
    maxVariants: asked.route.maxVariants,
    spot: spotOf(asked, key),
    body: isPlain(search) ? 'lend' : 'own',
  })
}

/** Whether a search asks for no more than the page: one that is found fresh is sent as it is. */
export function isPlain({ asked: { request, route }, directives, mode }: Pick<Search, 'asked' | 'directives' | 'mode'>): boolean {
  return directives === NOTHING_ASKED && mode === 'normal' && !route.compresses && request.method === 'GET' && !request.fields.has('range')
}
