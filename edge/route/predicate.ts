import type { RouteConfig } from '../contract/route.ts'
import { cookieValue } from '../http/cookie.ts'
import { queryValue } from '../http/query.ts'
import type { MatchInput } from './route-match.ts'

type Test =
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'present' }
  | { readonly kind: 'absent' }

/** One condition on a field, a query parameter or a cookie. */
export interface Predicate {
  readonly source: 'header' | 'query' | 'cookie'
  /** Lower-case for a header. */
  readonly name: string
  readonly test: Test
}

/** The conditions of a route; all must hold. */
export function compilePredicates(route: Pick<RouteConfig, 'headers' | 'query' | 'cookies'>): readonly Predicate[] {
  return [
    // Field names are case-insensitive (RFC 9110 §5.1); names of parameters and cookies are not.
    ...entries(route.headers, (name, test) => ({ source: 'header', name: name.toLowerCase(), test })),
    ...entries(route.query, (name, test) => ({ source: 'query', name, test })),
    ...entries(route.cookies, (name, test) => ({ source: 'cookie', name, test })),
  ]
}

/** Whether a condition holds for a request; of parameters and cookies of one name the first counts. */
export function predicateHolds({ source, name, test }: Predicate, input: MatchInput): boolean {
  const value = valueIn(source, name, input)
  if (test.kind === 'absent') return value === undefined
  if (value === undefined) return false
  if (test.kind === 'present') return true
  return test.kind === 'exact' ? value === test.text : value.startsWith(test.text)
}

function entries(record: Readonly<Record<string, string>>, make: (name: string, test: Test) => Predicate): Predicate[] {
  return Object.entries(record).map(([name, notation]) => make(name, readTest(notation)))
}

function readTest(notation: string): Test {
  if (notation === '*') return { kind: 'present' }
  if (notation === '!') return { kind: 'absent' }
  if (notation.endsWith('*')) return { kind: 'prefix', text: notation.slice(0, -1) }
  return { kind: 'exact', text: notation }
}

function valueIn(source: Predicate['source'], name: string, input: MatchInput): string | undefined {
  if (source === 'header') return input.fields.get(name)
  return source === 'query' ? queryValue(input.query, name) : cookieValue(input.fields.getAll('cookie'), name)
}
