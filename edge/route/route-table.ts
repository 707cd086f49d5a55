// Which route takes a request. Of all that fit, the most specific one, in this order:
//
// 1. host: the exact name, then the longest wildcard, then `*`. A route that names no host stands at the hosts of the site;
// 2. path, segment by segment from the left: a literal, then `{name}`, then the tail `/*`. So an exact path comes first and a longer
//    prefix before a shorter one. `/a/*` takes `/a/` and all below it, but not `/a`;
// 3. more predicates (fields, query parameters, cookies);
// 4. methods named, before all methods;
// 5. the id by code units, so that the answer never hangs on the order in a file.
//
// A route whose predicates or method do not fit is passed over for the next one, also for one of a less specific path or host.

import { parseAuthority } from '../http/host.ts'
import { type CompiledRoute, compileBySpecificity, predicatesHold, type RouteRule } from './compiled-route.ts'
import { type Judge, PathTree } from './path-tree.ts'
import type { MatchInput, RouteMatch } from './route-match.ts'

const NO_ROUTE: RouteMatch = Object.freeze({ kind: 'no-route' })

/** Trees by host: its own one, and the one that all hosts of the site share. */
type Trees = ReadonlyMap<string, readonly PathTree[]>

/** Finds the route of a request at a cost that does not grow with the number of routes. */
export class RouteTable {
  readonly #trees: Trees
  readonly #hasWildcards: boolean
  /** Whether host, path and method alone say which route takes a request: no route has other predicates. */
  readonly byPlaceAlone: boolean

  /** @param trees keys are canonical hosts, wildcards such as `*.example.org`, and `*` */
  constructor(trees: Trees, byPlaceAlone: boolean) {
    this.#trees = trees
    this.byPlaceAlone = byPlaceAlone
    this.#hasWildcards = [...trees.keys()].some((host) => host.startsWith('*.'))
  }

  /** The route that takes a request. @throws never */
  match(input: MatchInput): RouteMatch {
    let otherMethod = false
    const found = this.#search(input, (routes) => {
      for (const route of routes) {
        if (!takesMethod(route, input.method)) otherMethod = true
        else if (predicatesHold(route, input)) return route
      }
      return null
    })
    if (found !== null) return found.found
    return otherMethod ? this.#refusal(input) : NO_ROUTE
  }

  // A second search, so that only requests that get a 405 pay for collecting what it says.
  #refusal(input: MatchInput): RouteMatch {
    const methods = new Set<string>()
    this.#search(input, (routes) => {
      for (const route of routes) {
        if (predicatesHold(route, input)) for (const method of route.methods ?? []) methods.add(method)
      }
      return null
    })
    return methods.size === 0 ? NO_ROUTE : { kind: 'method-not-allowed', allow: [...methods].sort() }
  }

  #search({ host, path }: MatchInput, judge: Judge): CompiledRoute | null {
    const exact = mostSpecific(this.#trees.get(host), path, judge)
    if (exact !== null) return exact
    // Labels go from the left, so the longest wildcard is met first.
    for (let dot = this.#hasWildcards ? host.indexOf('.') : -1; dot >= 0; dot = host.indexOf('.', dot + 1)) {
      const found = mostSpecific(this.#trees.get(`*${host.slice(dot)}`), path, judge)
      if (found !== null) return found
    }
    return mostSpecific(this.#trees.get('*'), path, judge)
  }
}

/**
 * Compiles the routes of a site.
 * @param defaultHosts the hosts of the site, for routes that name none
 * @throws RangeError on a path that is none, which the schema should have refused
 */
export function compileRoutes(routes: Readonly<Record<string, RouteRule>>, defaultHosts: readonly string[]): RouteTable {
  const own = new Map<string, PathTree>()
  const shared = new PathTree()
  const compiled = compileBySpecificity(routes)
  for (const route of compiled) {
    const hosts = routes[route.found.id]!.hosts
    if (hosts.length === 0) shared.add(route)
    for (const host of new Set(hosts.map(canonicalHost))) treeOf(own, host).add(route)
  }

  // The hosts of the site share one tree: thousands of hosts times thousands of routes would not fit into memory.
  const trees = new Map<string, readonly PathTree[]>([...own].map(([host, tree]) => [host, [tree]]))
  for (const host of new Set(defaultHosts.map(canonicalHost))) {
    const tree = own.get(host)
    trees.set(host, tree === undefined ? [shared] : [tree, shared])
  }
  const byPlaceAlone = compiled.every(({ predicates }) => predicates.length === 0)
  return new RouteTable(trees, byPlaceAlone)
}

/** The best of what each tree finds: trees of one host are equals, so the rank decides. */
function mostSpecific(trees: readonly PathTree[] | undefined, path: string, judge: Judge): CompiledRoute | null {
  if (trees === undefined) return null
  let best: CompiledRoute | null = null
  for (const tree of trees) {
    const found = tree.find(path, judge)
    if (found !== null && (best === null || found.rank < best.rank)) best = found
  }
  return best
}

function takesMethod(route: CompiledRoute, method: string): boolean {
  return route.methods === null || route.methods.has(method)
}

function treeOf(trees: Map<string, PathTree>, host: string): PathTree {
  const found = trees.get(host) ?? new PathTree()
  trees.set(host, found)
  return found
}

// An IPv6 host has several spellings; wildcards and names have only the one that the schema lets through.
function canonicalHost(host: string): string {
  return parseAuthority(host)?.host ?? host
}
