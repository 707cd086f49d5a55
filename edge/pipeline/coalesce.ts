// Where a search meets others for the same thing: one goes on to the origin, the rest wait for what it brings.

import type { WaitOutcome } from '../cache/flights.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { fitsRequest, variantOf } from '../cache/variant.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Exchange } from './exchange.ts'
import type { Found } from './found.ts'
import { note, type Search, unanswered } from './search.ts'

/** The flight of one variant of a key. */
export function flightOf(key: string, variant: string): string {
  return `${key}\0v${variant}`
}

/** Waits for whoever fetches this already, or is the one who fetches. @param flightKey the key, or the variant of it that is known */
export function waitOrGo(flightKey: string, found: LevelFound | null, search: Search, x: Exchange): Found | Promise<Found> {
  const { coalesceTimeoutMs, coalesceMaxWaiters } = search.asked.route.config.cache
  const ticket = x.tools.flights.join(flightKey, { timeoutMs: coalesceTimeoutMs, maxWaiters: coalesceMaxWaiters })
  if (ticket.role === 'waiter') return ticket.wait.then((outcome) => afterWaiting(outcome, flightKey, found, search, x))
  const waited = found === null && flightKey !== search.key ? 'tried' : 'no'
  return unanswered(found, search, { flight: ticket.role === 'leader' ? ticket : null, waited }, x)
}

function afterWaiting(
  outcome: WaitOutcome,
  flightKey: string,
  found: LevelFound | null,
  search: Search,
  x: Exchange,
): Found | Promise<Found> {
  const { request, route, shared } = search.asked
  x.tools.metrics.coalesced(outcome.kind)
  if (outcome.kind !== 'stored') return unanswered(found, search, { flight: null, waited: 'tried' }, x)
  if (fitsRequest(outcome.entry, shared)) {
    note(route, 'collapsed', x)
    const reason = found === null ? 'miss' : 'stale'
    const how = { kind: 'forward', reason, forwardStatus: null, stored: 'not-stored', collapsed: 'collapsed' } as const
    return {
      kind: 'answered',
      answer: entryAnswer(request, outcome.entry, { outcome: how, servedBy: 'hit', nowMs: x.tools.clock.wallMs() }, x),
    }
  }
  // It varies, and this was another variant: the requests for ours have one flight among them too. Once; nobody waits a third time.
  if (flightKey !== search.key) return unanswered(found, search, { flight: null, waited: 'tried' }, x)
  return waitOrGo(flightOf(search.key, variantOf(outcome.entry.varyNames, shared)), found, search, x)
}
