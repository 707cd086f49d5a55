import type { CacheConfig } from '../contract/cache.ts'
import { type CacheControl, parseCacheControl } from '../http/cache-control.ts'
import type { Fields } from '../http/fields.ts'

/** What most requests ask of caches. */
export const NOTHING_ASKED: CacheControl = parseCacheControl([])
const PRAGMA_NO_CACHE = parseCacheControl(['no-cache'])

/**
 * What a request asks of caches: its Cache-Control, or Pragma where it has none (RFC 9111 §5.4). A rule may ignore what would send
 * requests to the origin; what keeps them from it, only-if-cached, and what protects the request, no-store, always count.
 */
export function requestDirectives(fields: Fields, rule: Pick<CacheConfig, 'requestDirectives'>): CacheControl {
  if (fields.has('cache-control')) {
    const asked = parseCacheControl(fields.getAll('cache-control'))
    return rule.requestDirectives === 'obey' ? asked : { ...NOTHING_ASKED, noStore: asked.noStore, onlyIfCached: asked.onlyIfCached }
  }
  const pragma = fields.get('pragma')
  if (pragma === undefined || rule.requestDirectives !== 'obey') return NOTHING_ASKED
  return pragma.split(',').some((directive) => directive.trim().toLowerCase() === 'no-cache') ? PRAGMA_NO_CACHE : NOTHING_ASKED
}
