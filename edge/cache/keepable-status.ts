import type { CacheConfig } from '../contract/cache.ts'
import { reasonPhrase } from '../http/status.ts'

// Fewer than RFC 9111 §3 allows, on purpose: whoever gets an edge to keep a 400, 431 or 5xx takes the page away from everyone.
// The two errors in it mean that there is nothing here, and are kept only when their origin gives a lifetime.
const CAREFUL: ReadonlySet<number> = new Set([200, 203, 204, 301, 308, 404, 410])

/** Whether a rule lets answers of a status be kept, when all else speaks for it. 206 and 304 are parts, and never among them. */
export function isKeepableStatus(status: number, { statuses }: Pick<CacheConfig, 'statuses'>): boolean {
  if (statuses === 'careful') return CAREFUL.has(status)
  // §3: any final status; a 206 would need what puts parts together, and a 304 is about an answer that is kept already.
  return status >= 200 && status !== 206 && status !== 304
}

/** Whether this cache knows what a status means for keeping its answer: what must-understand asks. @see RFC 9111 §3, §5.2.2.3 */
export function isUnderstoodStatus(status: number): boolean {
  // Those of the registry have a phrase.
  return reasonPhrase(status) !== ''
}
