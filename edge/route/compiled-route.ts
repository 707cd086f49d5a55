import type { RouteConfig } from '../contract/route.ts'
import { compilePredicates, type Predicate, predicateHolds } from './predicate.ts'
import type { MatchInput, RouteMatch } from './route-match.ts'
import { parseRoutePath, type RoutePath } from './route-path.ts'

/** What of a route says which requests it takes. */
export type RouteRule = Pick<RouteConfig, 'hosts' | 'path' | 'methods' | 'headers' | 'query' | 'cookies'>

/** A route made ready for matching. */
export interface CompiledRoute {
  /** Place in the order of specificity; lower is more specific. */
  readonly rank: number
  readonly path: RoutePath
  /** Methods it takes; null for all. */
  readonly methods: ReadonlySet<string> | null
  readonly predicates: readonly Predicate[]
  /** What a match answers, made once. */
  readonly found: Extract<RouteMatch, { kind: 'found' }>
}

type Draft = Omit<CompiledRoute, 'rank'>

/**
 * Routes from the most to the least specific, whatever the host.
 * @throws RangeError on a path that is none
 */
export function compileBySpecificity(routes: Readonly<Record<string, RouteRule>>): readonly CompiledRoute[] {
  const drafts = Object.entries(routes).map(([id, route]) => draft(id, route))
  return drafts.sort(bySpecificity).map((route, rank) => ({ ...route, rank }))
}

/** Whether all conditions of a route hold; host, path and method are not looked at. */
export function predicatesHold(route: CompiledRoute, input: MatchInput): boolean {
  for (const predicate of route.predicates) {
    if (!predicateHolds(predicate, input)) return false
  }
  return true
}

function draft(id: string, route: RouteRule): Draft {
  return {
    path: parseRoutePath(route.path),
    methods: route.methods.length === 0 ? null : withHead(route.methods),
    predicates: compilePredicates(route),
    found: { kind: 'found', id },
  }
}

// HEAD is GET without the body (RFC 9110 §9.3.2): who names the one means both.
function withHead(methods: readonly string[]): ReadonlySet<string> {
  return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)
}

/** Path, then more predicates, then methods named before all methods, then the id by code units. */
function bySpecificity(a: Draft, b: Draft): number {
  return (
    byPath(a.path, b.path) ||
    b.predicates.length - a.predicates.length ||
    Number(a.methods === null) - Number(b.methods === null) ||
    (a.found.id < b.found.id ? -1 : 1)
  )
}

/** From the left, the first segment of different kind decides: a literal, then `{name}`, then the tail `/*`. */
function byPath(a: RoutePath, b: RoutePath): number {
  const depth = Math.max(a.segments.length, b.segments.length)
  for (let i = 0; i <= depth; i++) {
    const difference = kindAt(a, i) - kindAt(b, i)
    if (difference !== 0) return difference
  }
  return 0
}

function kindAt(path: RoutePath, index: number): number {
  if (index < path.segments.length) return path.segments[index] === null ? 1 : 0
  // Two paths of which only one has ended never take the same request, so where the end stands is free.
  return path.below ? 2 : 3
}
