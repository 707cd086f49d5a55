import type { CompiledRoute } from './compiled-route.ts'
import { exactText, type RoutePath } from './route-path.ts'

/** Says which of the routes of one path takes the request, if any does; asked from the most specific path on. */
export type Judge = (routes: readonly CompiledRoute[]) => CompiledRoute | null

interface Node {
  readonly literals: Map<string, Node>
  /** Where `{name}` leads. */
  any: Node | null
  /** Routes whose path ends here. */
  readonly here: CompiledRoute[]
  /** Routes that take all below. */
  readonly below: CompiledRoute[]
}

/**
 * The routes of one host by path: a hash map of exact paths, and a tree of segments for patterns and prefixes.
 *
 * A search is one map lookup, then a walk no deeper than the deepest pattern: at each segment first the literal branch, then `{name}`, then
 * the tail, which is the order of specificity. How many routes there are matters only to the memory. Invariant: each list is ordered by rank,
 * because routes are added in that order.
 */
export class PathTree {
  readonly #exact = new Map<string, CompiledRoute[]>()
  readonly #root = newNode()

  /** Adds a route; those of lower rank must have been added before. */
  add(route: CompiledRoute): void {
    const text = exactText(route.path)
    if (text === null) addTo(nodeFor(this.#root, route.path), route)
    else if (this.#exact.has(text)) this.#exact.get(text)!.push(route)
    else this.#exact.set(text, [route])
  }

  /** What the judge answers first that is not null, asked for each path that takes `path`, the most specific first. */
  find(path: string, judge: Judge): CompiledRoute | null {
    const exact = this.#exact.get(path)
    const found = exact === undefined ? null : judge(exact)
    if (found !== null) return found
    return path.charCodeAt(0) === 0x2f ? walk(this.#root, path, 1, judge) : null
  }
}

/** @param start where the next segment begins; past the end of the path by more than one when there is none */
function walk(node: Node, path: string, start: number, judge: Judge): CompiledRoute | null {
  if (start > path.length) return judge(node.here)
  const slash = path.indexOf('/', start)
  const end = slash < 0 ? path.length : slash

  const literal = node.literals.size === 0 ? undefined : node.literals.get(path.slice(start, end))
  const byLiteral = literal === undefined ? null : walk(literal, path, end + 1, judge)
  if (byLiteral !== null) return byLiteral
  // An empty segment has no name to give.
  const byName = node.any === null || end === start ? null : walk(node.any, path, end + 1, judge)
  return byName ?? judge(node.below)
}

function nodeFor(root: Node, path: RoutePath): Node {
  let node = root
  for (const segment of path.segments) node = segment === null ? anyOf(node) : literalOf(node, segment)
  return node
}

function anyOf(node: Node): Node {
  node.any ??= newNode()
  return node.any
}

function literalOf(node: Node, text: string): Node {
  const found = node.literals.get(text) ?? newNode()
  node.literals.set(text, found)
  return found
}

function addTo(node: Node, route: CompiledRoute): void {
  if (route.path.below) node.below.push(route)
  else node.here.push(route)
}

function newNode(): Node {
  return { literals: new Map(), any: null, here: [], below: [] }
}
