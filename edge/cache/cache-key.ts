import type { CacheConfig } from '../contract/cache.ts'
import { cookieValue } from '../http/cookie.ts'
import type { Fields } from '../http/fields.ts'

/** What tells one cached resource from another. The method is not part of it: HEAD is answered from what GET kept (RFC 9111 §4). */
export interface KeyParts {
  /** As the client sees it. */
  readonly scheme: string
  /** Canonical, with the port when it is not the scheme's own. */
  readonly host: string
  /** Canonical; starts with `/`. */
  readonly path: string
  /** Without the `?`; null when there is none. Exactly what the origin is asked, or one page is kept under the name of another. */
  readonly query: string | null
  /** Fields of the request, for `keyHeaders` and `keyCookies`. */
  readonly fields: Fields
}

/**
 * The key of a resource: scheme, host and target in full, then the request fields and cookies that the rule adds.
 *
 * Two different requests never share a key: a host has no `/`, a path no `?`, and neither has a NUL, which begins each added part;
 * an added value is led by its length, so that nothing inside it can pass for the next part. Absent and empty differ.
 * @param rule `keyHeaders` (any case) and `keyCookies` (case-sensitive)
 */
export function cacheKey(parts: KeyParts, rule: Pick<CacheConfig, 'keyHeaders' | 'keyCookies'>): string {
  let key = `${parts.scheme}://${parts.host}${parts.path}`
  if (parts.query !== null) key += `?${parts.query}`
  for (const name of rule.keyHeaders) {
    const lower = name.toLowerCase()
    key += added('h', lower, parts.fields.get(lower))
  }
  if (rule.keyCookies.length === 0) return key
  const lines = parts.fields.getAll('cookie')
  for (const name of rule.keyCookies) key += added('c', name, cookieValue(lines, name))
  return key
}

function added(kind: string, name: string, value: string | undefined): string {
  return value === undefined ? `\0${kind}${name}` : `\0${kind}${name}\0${value.length}:${value}`
}
