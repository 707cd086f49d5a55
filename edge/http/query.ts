import type { NameList } from './name-list.ts'

/** Pairs of a query that are looked at. Real queries have some ten; a longer one is a probe, and each function says what it gets. */
export const MAX_QUERY_PAIRS = 512

/** Which pairs of a query count, and in what order. Names are decoded and case-sensitive. */
export interface QueryChoice {
  /** The names that count; null for all. */
  readonly listed: NameList | null
  /** Those of them that do not. */
  readonly drop: NameList
  /** `sorted` by name; pairs of one name keep their order. */
  readonly order: 'kept' | 'sorted'
}

/**
 * The pairs of a query in order, decoded: `+` is a space, a faulty percent triplet leaves its text as it is.
 * A name without `=` has the value ''. Empty pairs are skipped; pairs after the first 512 are ignored.
 * @param query without the `?`; null for none
 * @see WHATWG URL, application/x-www-form-urlencoded parsing
 */
export function parseQuery(query: string | null): [name: string, value: string][] {
  return rawPairs(query, MAX_QUERY_PAIRS).map((pair) => [decodedName(pair), decodedValue(pair)])
}

/** The decoded value of the first pair of that name, or undefined; pairs after the first 512 are not looked at. */
export function queryValue(query: string | null, name: string): string | undefined {
  const pair = rawPairs(query, MAX_QUERY_PAIRS).find((candidate) => decodedName(candidate) === name)
  return pair === undefined ? undefined : decodedValue(pair)
}

/**
 * The pairs of a query that count, in the order chosen: what a cache key takes. Null when nothing is left.
 *
 * Pairs of one name keep their order always, since `a=1&a=2` and `a=2&a=1` are different answers to most applications. Text is kept as
 * written: two spellings of one value may be read differently behind us, and a shared key would then be a poisoned one. A pair goes whole, with
 * whatever a server that parts pairs by `;` would find in it. A query of more than 512 pairs is returned as it came: cutting it would give different
 * requests one key.
 */
export function chosenQuery(query: string | null, { listed, drop, order }: QueryChoice): string | null {
  if (query === null || query === '') return null
  const pairs = rawPairs(query, MAX_QUERY_PAIRS + 1)
  if (pairs.length > MAX_QUERY_PAIRS) return query
  const named = pairs.map((pair): [string, string] => [decodedName(pair), pair])
  const counted = named.filter(([name]) => (listed === null || listed.has(name)) && !drop.has(name))
  if (counted.length === 0) return null
  // By code unit, not by locale: every edge must build the same key. Array sort is stable.
  if (order === 'sorted') counted.sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  return counted.map(([, pair]) => pair).join('&')
}

function rawPairs(query: string | null, max: number): string[] {
  if (query === null || query === '') return []
  const pairs: string[] = []
  for (let start = 0; start <= query.length && pairs.length < max; ) {
    const ampersand = query.indexOf('&', start)
    const end = ampersand < 0 ? query.length : ampersand
    if (end > start) pairs.push(query.slice(start, end))
    start = end + 1
  }
  return pairs
}

function decodedName(pair: string): string {
  const equals = pair.indexOf('=')
  return decoded(equals < 0 ? pair : pair.slice(0, equals))
}

function decodedValue(pair: string): string {
  const equals = pair.indexOf('=')
  return equals < 0 ? '' : decoded(pair.slice(equals + 1))
}

function decoded(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    // Not UTF-8, or a lone `%`: the text itself is the best name for it, and compares equal to nothing that was meant.
    return spaced
  }
}
