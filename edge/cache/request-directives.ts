import { type CacheControl, parseCacheControl } from '../http/cache-control.ts'
import type { Fields } from '../http/fields.ts'

const NONE = parseCacheControl([])
const PRAGMA_NO_CACHE = parseCacheControl(['no-cache'])

/** What a request asks of caches: its Cache-Control, or Pragma where it has none (RFC 9111 §5.4). */
export function requestDirectives(fields: Fields): CacheControl {
  if (fields.has('cache-control')) return parseCacheControl(fields.getAll('cache-control'))
  const pragma = fields.get('pragma')
  if (pragma === undefined) return NONE
  return pragma.split(',').some((directive) => directive.trim().toLowerCase() === 'no-cache') ? PRAGMA_NO_CACHE : NONE
}
