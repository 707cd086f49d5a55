// Strict-Transport-Security: tells browsers to come over https alone from now on.

import type { Fields } from '../http/fields.ts'

/** The field of a route for one exchange. What we say stands alone: of two fields browsers read the first (RFC 6797 §8.1). */
export type Hsts =
  | { readonly scheme: 'https'; readonly value: string }
  /** Nobody may be told in plain text (RFC 6797 §7.2), not by the origin either. */
  | { readonly scheme: 'http' }

const WITHHELD: Hsts = { scheme: 'http' }

/** What a client is told. @param value of the field @param scheme by which the client came */
export function hstsFor(value: string, scheme: 'http' | 'https'): Hsts {
  return scheme === 'https' ? { scheme, value } : WITHHELD
}

/** Tells it on an answer. */
export function tellHsts(fields: Fields, hsts: Hsts): void {
  if (hsts.scheme === 'https') fields.set('Strict-Transport-Security', hsts.value)
  else fields.delete('strict-transport-security')
}
