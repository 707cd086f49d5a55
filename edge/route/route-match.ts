import type { Fields } from '../http/fields.ts'

/** What of a request routes look at. */
export interface MatchInput {
  /** Canonical host, without a port. */
  readonly host: string
  /** Canonical path; starts with `/`, or `*` in asterisk-form, which no route takes. */
  readonly path: string
  readonly method: string
  readonly fields: Fields
  /** As it came, without the `?`; null when there is none. */
  readonly query: string | null
}

/** The route that takes a request, or why there is none. */
export type RouteMatch =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'no-route' }
  /** Routes would take it by another method; `allow` is sorted, for the Allow field of the 405 (RFC 9110 §15.5.6). */
  | { readonly kind: 'method-not-allowed'; readonly allow: readonly string[] }
