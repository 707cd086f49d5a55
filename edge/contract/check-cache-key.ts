// Whether the key of a route says what its author meant.

import { repeated } from './check-repeated.ts'
import { type Problem, pointerMember } from './problem.ts'
import type { RouteConfig } from './route.ts'

/** The problems that the key of a route has by itself. @param pointer of the route */
export function* checkCacheKey(pointer: string, { cache }: RouteConfig): Generator<Problem> {
  const { key, unkeyed } = cache
  const names = Object.keys(key.headers)
  for (const { index, first } of repeated(names.map((name) => name.toLowerCase()))) {
    const name = names[index]!
    yield {
      pointer: `${pointer}/cache/key/headers/${pointerMember(name)}`,
      message: `is the same field as ${names[first]}; keep one of them`,
    }
  }
  for (const name of names) {
    if (name.toLowerCase() !== 'cookie') continue
    // All cookies together differ from visitor to visitor: nothing would ever be found again.
    yield {
      pointer: `${pointer}/cache/key/headers/${name}`,
      message: 'must not be the whole Cookie field; name the cookies that matter in key.cookies',
    }
  }
  if (key.identity.toLowerCase() === 'header:cookie') {
    yield { pointer: `${pointer}/cache/key/identity`, message: 'must not be the whole Cookie field; name the cookie, as in cookie:session' }
  }
  for (const [index, name] of unkeyed.named.entries()) {
    if (name.toLowerCase() !== 'cookie') continue
    yield {
      pointer: `${pointer}/cache/unkeyed/named/${index}`,
      message: 'must not be Cookie; unkeyed.cookies says what becomes of cookies',
    }
  }
  yield* checkQuery(`${pointer}/cache/key`, key)
}

function* checkQuery(pointer: string, { query, listedQuery }: RouteConfig['cache']['key']): Generator<Problem> {
  if (query === 'listed' && listedQuery.length === 0) {
    yield { pointer: `${pointer}/listedQuery`, message: 'must list the parameters that count; where none does, query is "none"' }
  }
  if (query !== 'listed' && listedQuery.length > 0) {
    yield { pointer: `${pointer}/listedQuery`, message: `has no effect while query is "${query}"; say query: listed` }
  }
}
