import type { CacheConfig } from '../contract/cache.ts'
import type { CacheControl } from '../http/cache-control.ts'
import type { Entry } from './entry.ts'
import { currentAgeMs, remainingMs } from './freshness.ts'
import { isReady } from './ready.ts'
import { NOTHING_ASKED } from './request-directives.ts'

/**
 * What may be done with a kept entry:
 * - `fresh`: serve it;
 * - `stale-allowed`: it is stale, and the request takes it so (max-stale): serve it;
 * - `stale-revalidate`: it is stale, or its origin wants to be asked each time: validate it first;
 * - `request-revalidate`: it is fresh, and the request wants it validated or younger.
 *
 * A request with only-if-cached gets 504 instead of the last two (RFC 9111 §5.2.1.7).
 */
export type Judgement = 'fresh' | 'stale-allowed' | 'stale-revalidate' | 'request-revalidate'

/**
 * Judges an entry for one request.
 * @param request see `requestDirectives`
 * @param nowMs wall clock
 * @see RFC 9111 §4.2, §5.2.1
 */
export function judge(entry: Entry, request: CacheControl, nowMs: number): Judgement {
  if (request === NOTHING_ASKED && isReady(entry, nowMs)) return 'fresh'
  // §5.2.2.4: an origin's no-cache holds for fresh entries too.
  if (entry.noCache) return 'stale-revalidate'
  const leftMs = remainingMs(entry, nowMs)
  if (leftMs <= 0) return mayUseStale(entry, request, -leftMs) ? 'stale-allowed' : 'stale-revalidate'

  // §5.2.1.4
  if (request.noCache !== false) return 'request-revalidate'
  // §5.2.1.1
  if (request.maxAgeSeconds !== null && currentAgeMs(entry, nowMs) > request.maxAgeSeconds * 1000) return 'request-revalidate'
  // §5.2.1.3
  if (request.minFreshSeconds !== null && leftMs < request.minFreshSeconds * 1000) return 'request-revalidate'
  return 'fresh'
}

/**
 * Whether an entry may stand in for an origin that failed (no answer, or a 500, 502, 503 or 504).
 * Never against the origin's own word: no-cache, must-revalidate, proxy-revalidate, s-maxage (RFC 9111 §4.2.4).
 * @see RFC 5861 §4
 */
export function usableOnError(entry: Entry, nowMs: number, rule: Pick<CacheConfig, 'staleIfErrorMs'>): boolean {
  if (entry.noCache) return false
  const leftMs = remainingMs(entry, nowMs)
  if (leftMs > 0) return true
  if (entry.mustRevalidate) return false
  return -leftMs <= (entry.staleIfErrorMs ?? rule.staleIfErrorMs)
}

/**
 * Whether a stale entry may be served once more while it is validated in the background: where its origin asked for that, and the
 * request does not insist on something newer. Of the directives that forbid stale answers, s-maxage beside it is what its origin means.
 * @param policy what the entry's own fields say, see `answerPolicy`
 * @see RFC 5861 §3, RFC 9111 §4.2.4
 */
export function usableWhileRevalidating(entry: Entry, policy: CacheControl, request: CacheControl, nowMs: number): boolean {
  const { staleWhileRevalidateSeconds: seconds } = policy
  if (seconds === null || entry.noCache || policy.mustRevalidate || policy.proxyRevalidate) return false
  if (request.noCache !== false || request.minFreshSeconds !== null || request.maxAgeSeconds !== null) return false
  return -remainingMs(entry, nowMs) <= seconds * 1000
}

/** §5.2.1.2: max-stale takes a stale answer unless its origin forbids that. A request that also wants no-cache or an age is not asked. */
function mayUseStale(entry: Entry, request: CacheControl, staleForMs: number): boolean {
  if (entry.mustRevalidate || request.maxStaleSeconds === null) return false
  if (request.noCache !== false || request.minFreshSeconds !== null || request.maxAgeSeconds !== null) return false
  return staleForMs <= request.maxStaleSeconds * 1000
}
