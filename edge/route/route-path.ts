import { pathState, rewritePath, type TargetRules } from '../http/target-path.ts'

/** The path of a route, taken apart. */
export interface RoutePath {
  /** What stands between the slashes: the canonical text, or null where any one segment may stand. */
  readonly segments: readonly (string | null)[]
  /** Whether all that lies below is taken too; then at least one more segment, which may be empty, must follow. */
  readonly below: boolean
}

// Slashes are left as written: merging is a rule of the site, and under it no canonical path has the `//` that such a route asks for.
const RULES: TargetRules = { mergeSlashes: 'keep', encodedSlash: 'keep', maxBytes: Number.MAX_SAFE_INTEGER }
const NAMED = /^\{[^{}]+\}$/

/**
 * Reads the path of a route: `/cart`, `/product/*`, `/user/{id}/orders`.
 * Literal text gets the spelling of canonical request paths, so `/%7euser` and `/über` match as they are meant.
 * @throws RangeError on a `*` that is not the whole last segment
 */
export function parseRoutePath(path: string): RoutePath {
  const below = path.endsWith('/*')
  const written = below ? path.slice(0, -2) : path
  if (!path.startsWith('/') || written.includes('*')) throw new RangeError(`not a route path: ${JSON.stringify(path)}`)
  if (written === '') return { segments: [], below }
  const texts = canonical(written).split('/').slice(1)
  return { segments: texts.map((text) => (NAMED.test(text) ? null : text)), below }
}

/** The canonical text of a path without names and tail, null when it has either. */
export function exactText(path: RoutePath): string | null {
  return path.below || path.segments.includes(null) ? null : `/${path.segments.join('/')}`
}

function canonical(path: string): string {
  // People write UTF-8; on the wire it is percent-encoded.
  const ascii = path.replace(/[^\x21-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed()))
  const state = pathState(ascii, RULES)
  // What no canonical path can be (`%zz`, `..;x`) stays as written and matches nothing.
  return state === 'rewrite' ? (rewritePath(ascii, RULES) ?? ascii) : ascii
}
