// Finding stage: memory, then Redis, then whoever is fetching the same thing already.

import { EdgeError } from '../base/edge-error.ts'
import { isPromise } from '../base/is-promise.ts'
import type { Entry } from '../cache/entry.ts'
import { remainingMs } from '../cache/freshness.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { isFresh } from '../cache/ready.ts'
import { requestDirectives } from '../cache/request-directives.ts'
import { type Judgement, judge } from '../cache/serveable.ts'
import { unkeyedField } from '../cache/unkeyed.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import type { Mode } from '../contract/degrade.ts'
import { fallbackAnswer } from './answers.ts'
import { bypassReason, hasAny, isTooLong, keyOfTarget, spotOf } from './cache-target.ts'
import { flightOf, waitOrGo } from './coalesce.ts'
import { codedEntry } from './compress.ts'
import { entryAnswer, hitAnswer, readyAnswer } from './entry-answer.ts'
import type { Asked, Exchange } from './exchange.ts'
import { findPart } from './find-part.ts'
import { refuseLoop } from './forward-fields.ts'
import type { Found } from './found.ts'
import { rangeAsk } from './range-miss.ts'
import { refreshAhead, refreshedBehind } from './refresh.ts'
import { ALONE, isPlain, levelLookup, note, promotionOf, type Search, unanswered } from './search.ts'
import { copyAnswer } from './static-copy.ts'

/** Fields by which a GET may be answered with what fits nobody else: a 412 (RFC 9110 §13.1.1, §13.1.4). A part is such an answer too. */
const FOR_ONE: readonly string[] = ['if-match', 'if-unmodified-since']

/** What the cache has for a request. @throws EdgeError CACHE_ONLY_MISS, ONLY_IF_CACHED, LOOP, BAD_LOOP_FIELD */
export function lookup(asked: Asked, mode: Mode, x: Exchange): Found | Promise<Found> {
  const { request, route } = asked
  const bypass = bypassReason(asked, x)
  if (bypass !== null) return passBy(bypass, asked, mode, x)
  const key = keyOfTarget(asked)
  if (isTooLong(key, asked)) return passBy('key', asked, mode, x)
  x.tools.hot.note(key, x.startedMonotonicMs)
  const search: Search = { asked, mode, key, directives: requestDirectives(request.fields, route.config.cache), nowMs: x.startedAtMs }
  const ready = isPlain(search) ? readyHit(search, x) : null
  if (ready !== null) return ready
  const found = levelLookup(search.key, search, x)
  return isPromise(found) ? found.then((late) => decide(late, { ...search, nowMs: x.tools.clock.wallMs() }, x)) : decide(found, search, x)
}

// What a search of memory would come to for most requests, by the shortest way.
function readyHit({ asked, key }: Search, x: Exchange): Found | null {
  const spot = spotOf(asked, key)
  const ready = spot === null ? null : x.tools.levels.ready(spot, x.startedAtMs, promotionOf(asked))
  const answer = ready === null ? null : readyAnswer(asked.request, ready, x)
  if (answer === null) return null
  note(asked.route, 'hit-l1', x)
  return { kind: 'answered', answer }
}

function passBy(why: 'method' | 'bypass' | 'key', asked: Asked, mode: Mode, x: Exchange): Found | Promise<Found> {
  note(asked.route, why === 'bypass' ? 'bypass' : `bypass-${why}`, x)
  return mode === 'normal' ? { kind: 'bypass', reason: why === 'key' ? 'bypass' : why } : offlineMiss(asked, mode, x)
}

function decide(found: LevelFound | null, search: Search, x: Exchange): Found | Promise<Found> {
  const judgement = found === null ? 'miss' : judge(found.entry, search.directives, x.startedAtMs)
  if (found !== null && (judgement === 'fresh' || judgement === 'stale-allowed' || search.mode !== 'normal')) {
    if (judgement === 'fresh' && search.mode === 'normal') refreshAhead(found, search, x)
    return hit(found, search, x)
  }
  const part = found === null ? findPart(search, x) : null
  if (part === null) return goOn(found, judgement, search, x)
  const answered = (late: LevelFound | null): Found | Promise<Found> =>
    late === null ? goOn(found, judgement, search, x) : hit(late, search, x)
  return isPromise(part) ? part.then(answered) : answered(part)
}

// No level has an answer.
function goOn(found: LevelFound | null, judgement: Judgement | 'miss', search: Search, x: Exchange): Found | Promise<Found> {
  const { request, route } = search.asked
  if (search.mode !== 'normal') {
    note(route, 'miss', x)
    return offlineMiss(search.asked, search.mode, x)
  }
  if (found !== null && judgement === 'stale-revalidate' && refreshedBehind(found, search, x)) return hit(found, search, x)
  if (search.directives.onlyIfCached) {
    note(route, found === null ? 'miss' : 'expired', x)
    throw new EdgeError('ONLY_IF_CACHED')
  }
  // Refused before the flight: a request that came back here would wait for itself, and for the whole of its time.
  refuseLoop(request, x)
  if (fetchesForOne(search.asked, found, judgement)) return unanswered(found, search, ALONE, x)
  // Whoever has an old variant knows which one to wait for; who has none waits for whatever comes.
  const flightKey = found === null ? search.key : flightOf(search.key, found.entry.variant)
  return waitOrGo({ search, found, flightKey, waitsLeft: 2 }, x)
}

// HEAD fills nothing, who insists on the origin is not helped by another's fetch, and who sends what no key holds gets what fits nobody else.
function fetchesForOne(asked: Asked, found: LevelFound | null, judgement: Judgement | 'miss'): boolean {
  const { request, route, shared } = asked
  if (request.method === 'HEAD' || judgement === 'request-revalidate' || hasAny(request.fields, FOR_ONE)) return true
  if (rangeAsk(asked, found === null ? 'miss' : 'stale') === 'part') return true
  return unkeyedField(shared, route.key, found?.entry.varyNames ?? []) !== null
}

function hit(found: LevelFound, search: Search, x: Exchange): Found | Promise<Found> {
  const entry = codedEntry(found.entry, search.key, search.asked, x)
  return isPromise(entry) ? entry.then((coded) => hitOf(coded, found, search, x)) : hitOf(entry, found, search, x)
}

/** @param entry what was found, as this client gets it */
function hitOf(entry: Entry, { level }: LevelFound, { asked, nowMs }: Search, x: Exchange): Found {
  const fresh = isFresh(entry, nowMs)
  note(asked.route, fresh ? (level === 'L1' ? 'hit-l1' : 'hit-l2') : 'stale', x)
  const serving = { servedBy: fresh ? 'hit' : 'stale', nowMs } as const
  if (level === 'L1') return { kind: 'answered', answer: hitAnswer(asked.request, entry, serving, x) }
  // What stays in Redis is another entry with each lookup.
  const outcome = { kind: 'hit', ttlMs: remainingMs(entry, nowMs), level } as const
  return { kind: 'answered', answer: entryAnswer(asked.request, entry, { ...serving, outcome }, x) }
}

// What is left where the origin may not be asked: a copy on disk, in static mode, then the fallback.
function offlineMiss(asked: Asked, mode: Mode, x: Exchange): Found | Promise<Found> {
  if (mode !== 'static') return cacheOnlyMiss(asked.route, x)
  return copyAnswer(asked, x).then((answer) => (answer === null ? cacheOnlyMiss(asked.route, x) : { kind: 'answered', answer }))
}

function cacheOnlyMiss(route: RoutePlan, x: Exchange): Found {
  const { retryAfterMs } = route.config.degrade
  if (route.fallback === null) throw new EdgeError('CACHE_ONLY_MISS', { retryAfterMs })
  return { kind: 'answered', answer: fallbackAnswer(route.fallback, retryAfterMs, x) }
}
