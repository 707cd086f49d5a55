import { hash } from 'node:crypto'
import { cookieValue } from '../http/cookie.ts'
import type { Fields } from '../http/fields.ts'
import type { KeyPlan } from './key-plan.ts'

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
  /** Of the shared request: exactly what the origin is sent; see `sharedFields`. */
  readonly fields: Fields
}

/** The rule of a key. */
export type KeyRule = Pick<KeyPlan, 'headers' | 'cookies' | 'identity' | 'group'>

/** A part that a rule added to a key: a field, a cookie, or the digest of who asks; undefined when the request has none. */
export interface AddedPart {
  readonly kind: 'header' | 'cookie' | 'identity'
  readonly name: string
  readonly value: string | undefined
}

const LETTER_OF = { header: 'h', cookie: 'c', identity: 'i' } as const
/** 128 bits of a digest, in base64url. */
const DIGEST_LENGTH = 22

/**
 * The key of a resource: scheme, host and target in full, then the request fields and cookies that the rule adds.
 *
 * Two different requests never share a key: a host has no `/`, a path no `?`, and neither has a NUL, which begins each added part;
 * an added value is led by its length, so that nothing inside it can pass for the next part. Absent and empty differ.
 */
export function cacheKey(parts: KeyParts, rule: KeyRule): string {
  let key = `${parts.scheme}://${parts.host}${parts.path}`
  if (parts.query !== null) key += `?${parts.query}`
  for (const { kind, name, value } of addedParts(parts.fields, rule)) {
    key += value === undefined ? `\0${LETTER_OF[kind]}${name}` : `\0${LETTER_OF[kind]}${name}\0${value.length}:${value}`
  }
  // Last, and without a value: no added part begins with this letter, so it cannot pass for another.
  return rule.group === null ? key : `${key}${groupMark(rule.group)}`
}

/** How the key of an answer ends that is kept apart for a group. */
export function groupMark(group: string): string {
  return `\0g${group}`
}

/** What a rule adds to a key, in the order in which it stands there. @param fields of the shared request */
export function addedParts(fields: Fields, { headers, cookies, identity }: Omit<KeyRule, 'group'>): AddedPart[] {
  const parts: AddedPart[] = headers.map(({ name }) => ({ kind: 'header', name, value: fields.get(name) }))
  if (cookies.length === 0 && identity === null) return parts
  const lines = fields.getAll('cookie')
  for (const { name } of cookies) parts.push({ kind: 'cookie', name, value: cookieValue(lines, name) })
  if (identity !== null) {
    const secret = identity.kind === 'header' ? fields.get(identity.name) : cookieValue(lines, identity.name)
    parts.push({ kind: 'identity', name: `${identity.kind}:${identity.name}`, value: secret === undefined ? undefined : digestOf(secret) })
  }
  return parts
}

/** Keys go into Redis, traces and terminals; whoever reads them there must not learn a token from them. */
function digestOf(secret: string): string {
  return hash('sha256', `weir identity\0${secret}`, 'base64url').slice(0, DIGEST_LENGTH)
}

/** The URL in a key, without what request fields and cookies add to it: by it all of its variants are purged. */
export function urlOfKey(key: string): string {
  const end = key.indexOf('\0')
  return end < 0 ? key : key.slice(0, end)
}
