// Finding stage: memory, then Redis, then whoever is fetching the same thing already.

import { EdgeError } from '../base/edge-error.ts'
import { isPromise } from '../base/is-promise.ts'
import { cacheKey } from '../cache/cache-key.ts'
import type { Leader, WaitOutcome } from '../cache/flights.ts'
import { remainingMs } from '../cache/freshness.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { requestDirectives } from '../cache/request-directives.ts'
import { type Judgement, judge } from '../cache/serveable.ts'
import { fitsRequest, variantOf } from '../cache/variant.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import type { Mode } from '../contract/degrade.ts'
import type { CacheControl } from '../http/cache-control.ts'
import type { Fields } from '../http/fields.ts'
import { fallbackAnswer } from './answers.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Answer, Asked, Exchange, Request } from './exchange.ts'
import { refuseLoop } from './forward-fields.ts'
import type { Found } from './found.ts'
import { keptQuery } from './origin-request.ts'

/** Fields by which a GET can mean something else at some origins; what they bring back is nobody else's. */
const OVERRIDES: readonly string[] = ['x-http-method-override', 'x-http-method', 'x-method-override']
/** Fields by which a GET may be answered with what fits nobody else: a part (RFC 9110 §14.2), or a 412 (§13.1.1, §13.1.4). */
const FOR_ONE: readonly string[] = ['range', 'if-match', 'if-unmodified-since']

/** A lookup as its steps see it. */
interface Search {
  readonly asked: Asked
  readonly mode: Mode
  readonly key: string
  readonly directives: CacheControl
  /** Wall clock: when the levels had answered. */
  readonly nowMs: number
}

/** Where a search stands when it goes on to the origin. */
interface Turn {
  /** There for who fetches for others too. */
  readonly flight: Leader | null
  readonly waited: 'no' | 'tried'
}
const ALONE: Turn = { flight: null, waited: 'no' }

/** What the cache has for a request. @throws EdgeError CACHE_ONLY_MISS, ONLY_IF_CACHED, LOOP, BAD_LOOP_FIELD */
export function lookup(asked: Asked, mode: Mode, x: Exchange): Found | Promise<Found> {
  const { request, route } = asked
  const bypass = bypassReason(asked, x)
  if (bypass !== null) {
    note(route, bypass === 'method' ? 'bypass-method' : 'bypass', x)
    return mode === 'cache-only' ? cacheOnlyMiss(route) : { kind: 'bypass', reason: bypass }
  }
  const search: Search = { asked, mode, key: keyOfTarget(asked), directives: requestDirectives(request.fields), nowMs: x.startedAtMs }
  const found = levelLookup(search, x)
  return isPromise(found) ? found.then((late) => decide(late, { ...search, nowMs: x.tools.clock.wallMs() }, x)) : decide(found, search, x)
}

/** The key under which a GET of this target is kept; by the scheme that the client used, since origins redirect by it. */
export function keyOfTarget({ request, client, route }: Asked): string {
  const { authority: host, path, fields, known } = request
  const { scheme } = client
  const rule = route.config.cache
  const { kept } = known
  if (kept !== null && kept.rule === rule && kept.host === host && kept.scheme === scheme) return kept.key
  const key = cacheKey({ scheme, host, path, query: keptQuery(request, route), fields }, rule)
  if (rule.keyHeaders.length === 0 && rule.keyCookies.length === 0) known.kept = { rule, host, scheme, key }
  return key
}

function bypassReason({ request, route }: Asked, x: Exchange): 'method' | 'bypass' | null {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'method'
  if (route.config.cache.store === 'off') return 'bypass'
  // A GET with a body, or one that asks to be taken for another method, is not what its key says.
  return x.incoming.body !== null || hasAny(request.fields, OVERRIDES) ? 'bypass' : null
}

function hasAny(fields: Fields, names: readonly string[]): boolean {
  for (const name of names) if (fields.has(name)) return true
  return false
}

function levelLookup({ asked, key }: Search, x: Exchange): LevelFound | null | Promise<LevelFound | null> {
  const { crawlerFills, maxVariants } = asked.route.config.cache
  const promotion = asked.client.class === 'crawler' && crawlerFills === 'l2-only' ? 'leave' : 'promote'
  return x.tools.levels.lookup(key, asked.request.fields, { nowMs: x.startedAtMs, promotion, maxVariants })
}

function decide(found: LevelFound | null, search: Search, x: Exchange): Found | Promise<Found> {
  const { request, route } = search.asked
  const judgement = found === null ? 'miss' : judge(found.entry, search.directives, x.startedAtMs)
  if (found !== null && (judgement === 'fresh' || judgement === 'stale-allowed' || search.mode === 'cache-only')) {
    return { kind: 'answered', answer: hit(found, search, x) }
  }
  if (search.mode === 'cache-only') {
    note(route, 'miss', x)
    return cacheOnlyMiss(route)
  }
  if (search.directives.onlyIfCached) {
    note(route, found === null ? 'miss' : 'expired', x)
    throw new EdgeError('ONLY_IF_CACHED')
  }
  // Refused before the flight: a request that came back here would wait for itself, and for the whole of its time.
  refuseLoop(request, x)
  if (fetchesForOne(request, judgement)) return unanswered(found, search, ALONE, x)
  // Whoever has an old variant knows which one to wait for; who has none waits for whatever comes.
  return waitOrGo(found === null ? search.key : flightOf(search.key, found.entry.variant), found, search, x)
}

// HEAD fills nothing, and who insists on the origin is not helped by another's fetch.
function fetchesForOne(request: Request, judgement: Judgement | 'miss'): boolean {
  return request.method === 'HEAD' || judgement === 'request-revalidate' || hasAny(request.fields, FOR_ONE)
}

function flightOf(key: string, variant: string): string {
  return `${key}\0v${variant}`
}

function waitOrGo(flightKey: string, found: LevelFound | null, search: Search, x: Exchange): Found | Promise<Found> {
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
  const { request, route } = search.asked
  x.tools.metrics.coalesced(outcome.kind)
  if (outcome.kind !== 'stored') return unanswered(found, search, { flight: null, waited: 'tried' }, x)
  if (fitsRequest(outcome.entry, request.fields)) {
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
  return waitOrGo(flightOf(search.key, variantOf(outcome.entry.varyNames, request.fields)), found, search, x)
}

function unanswered(found: LevelFound | null, search: Search, turn: Turn, x: Exchange): Found {
  const { asked, key } = search
  note(asked.route, found === null ? 'miss' : 'expired', x)
  if (found === null) return { kind: 'miss', key, ...turn }
  const reason = remainingMs(found.entry, x.startedAtMs) > 0 && !found.entry.noCache ? 'request' : 'stale'
  return { kind: 'stale', reason, key, entry: found.entry, ...turn }
}

function hit(found: LevelFound, { asked, nowMs }: Search, x: Exchange): Answer {
  const ttlMs = remainingMs(found.entry, nowMs)
  const fresh = ttlMs > 0
  note(asked.route, fresh ? (found.level === 'L1' ? 'hit-l1' : 'hit-l2') : 'stale', x)
  const outcome = { kind: 'hit', ttlMs, level: found.level } as const
  return entryAnswer(asked.request, found.entry, { outcome, servedBy: fresh ? 'hit' : 'stale', nowMs }, x)
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
