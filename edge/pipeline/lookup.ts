// Finding stage: memory, then Redis, then whoever is fetching the same thing already.

import { EdgeError } from '../base/edge-error.ts'
import { isPromise } from '../base/is-promise.ts'
import { cacheKey } from '../cache/cache-key.ts'
import type { WaitOutcome } from '../cache/flights.ts'
import { remainingMs } from '../cache/freshness.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { requestDirectives } from '../cache/request-directives.ts'
import { judge } from '../cache/serveable.ts'
import { fitsRequest } from '../cache/variant.ts'
import type { Client } from '../client/client-class.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import type { Mode } from '../contract/degrade.ts'
import type { CacheControl } from '../http/cache-control.ts'
import { fallbackAnswer } from './answers.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Answer, Exchange, Request } from './exchange.ts'
import type { Found } from './found.ts'
import { keptQuery } from './origin-request.ts'

/** Fields by which a GET can mean something else at some origins; what they bring back is nobody else's. */
const OVERRIDES: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override']

/** A lookup as its steps see it. */
interface Search {
  readonly request: Request
  readonly client: Client
  readonly route: RoutePlan
  readonly mode: Mode
  readonly key: string
  readonly directives: CacheControl
}

/** What the cache has for a request. @throws EdgeError CACHE_ONLY_MISS, ONLY_IF_CACHED */
export function lookup(request: Request, client: Client, route: RoutePlan, mode: Mode, x: Exchange): Found | Promise<Found> {
  const bypass = bypassReason(request, route, x)
  if (bypass !== null) {
    note(route, bypass === 'method' ? 'bypass-method' : 'bypass', x)
    return mode === 'cache-only' ? cacheOnlyMiss(route) : { kind: 'bypass', reason: bypass }
  }
  const key = keyOfTarget(request, route)
  const search: Search = { request, client, route, mode, key, directives: requestDirectives(request.fields) }
  const found = levelLookup(search, x)
  return isPromise(found) ? found.then((late) => decide(late, search, x)) : decide(found, search, x)
}

/** The key under which a GET of this target is kept. */
export function keyOfTarget(request: Request, route: RoutePlan): string {
  const { scheme, authority, path, fields } = request
  return cacheKey({ scheme, host: authority, path, query: keptQuery(request, route), fields }, route.config.cache)
}

function bypassReason(request: Request, route: RoutePlan, x: Exchange): 'method' | 'bypass' | null {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'method'
  if (route.config.cache.store === 'off') return 'bypass'
  // A GET with a body, or one that asks to be taken for another method, is not what its key says.
  return x.incoming.body !== null || OVERRIDES.some((name) => request.fields.has(name)) ? 'bypass' : null
}

function levelLookup(search: Search, x: Exchange): LevelFound | null | Promise<LevelFound | null> {
  const { cache } = search.route.config
  const promotion = search.client.class === 'crawler' && cache.crawlerFills === 'l2-only' ? 'leave' : 'promote'
  return x.tools.levels.lookup(search.key, search.request.fields, { nowMs: x.startedAtMs, promotion, maxVariants: cache.maxVariants })
}

function decide(found: LevelFound | null, search: Search, x: Exchange): Found | Promise<Found> {
  const { mode, route, directives, request } = search
  const judgement = found === null ? 'miss' : judge(found.entry, directives, x.startedAtMs)
  if (found !== null && (judgement === 'fresh' || judgement === 'stale-allowed' || mode === 'cache-only')) {
    return { kind: 'answered', answer: hit(found, search, x) }
  }
  if (mode === 'cache-only') {
    note(route, 'miss', x)
    return cacheOnlyMiss(route)
  }
  if (directives.onlyIfCached) throw new EdgeError('ONLY_IF_CACHED')
  // HEAD fills nothing, a range fills only part, and who insists on the origin is not helped by another's fetch.
  if (request.method === 'HEAD' || request.fields.has('range') || judgement === 'request-revalidate')
    return unanswered(found, search, null, 'no', x)
  const { coalesceTimeoutMs, coalesceMaxWaiters } = route.config.cache
  const ticket = x.tools.flights.join(search.key, { timeoutMs: coalesceTimeoutMs, maxWaiters: coalesceMaxWaiters })
  if (ticket.role === 'waiter') return ticket.wait.then((outcome) => afterWaiting(outcome, found, search, x))
  return unanswered(found, search, ticket.role === 'leader' ? ticket : null, 'no', x)
}

function afterWaiting(outcome: WaitOutcome, found: LevelFound | null, search: Search, x: Exchange): Found {
  x.tools.metrics.coalesced(outcome.kind)
  const shared = outcome.kind === 'stored' && fitsRequest(outcome.entry, search.request.fields)
  if (!shared) return unanswered(found, search, null, 'tried', x)
  note(search.route, 'collapsed', x)
  const how = {
    kind: 'forward',
    reason: found === null ? 'miss' : 'stale',
    forwardStatus: null,
    stored: 'not-stored',
    collapsed: 'collapsed',
  } as const
  return { kind: 'answered', answer: entryAnswer(search.request, outcome.entry, { outcome: how, servedBy: 'hit' }, x) }
}

function unanswered(
  found: LevelFound | null,
  search: Search,
  flight: Extract<Found, { kind: 'miss' }>['flight'],
  waited: 'no' | 'tried',
  x: Exchange,
): Found {
  note(search.route, found === null ? 'miss' : 'expired', x)
  if (found === null) return { kind: 'miss', key: search.key, flight, waited }
  const reason = remainingMs(found.entry, x.startedAtMs) > 0 && !found.entry.noCache ? 'request' : 'stale'
  return { kind: 'stale', reason, key: search.key, entry: found.entry, flight, waited }
}

function hit(found: LevelFound, search: Search, x: Exchange): Answer {
  const ttlMs = remainingMs(found.entry, x.tools.clock.wallMs())
  const fresh = ttlMs > 0
  note(search.route, fresh ? (found.level === 'L1' ? 'hit-l1' : 'hit-l2') : 'stale', x)
  const outcome = { kind: 'hit', ttlMs, level: found.level } as const
  return entryAnswer(search.request, found.entry, { outcome, servedBy: fresh ? 'hit' : 'stale' }, x)
}

function cacheOnlyMiss(route: RoutePlan): Found {
  const { retryAfterMs } = route.config.degrade
  if (route.fallback === null) throw new EdgeError('CACHE_ONLY_MISS', { retryAfterMs })
  return { kind: 'answered', answer: fallbackAnswer(route.fallback, retryAfterMs) }
}

function note(route: RoutePlan, outcome: string, x: Exchange): void {
  x.why.cache = outcome
  x.tools.metrics.looked(route.id, outcome)
}
