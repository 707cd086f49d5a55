// Where nothing whole is kept: a part that is, for a client that wants no more than that.

import { isPromise } from '../base/is-promise.ts'
import type { Found } from '../cache/levels.ts'
import { partsKey } from '../cache/parts.ts'
import { judge } from '../cache/serveable.ts'
import { isNotModified } from './entry-answer.ts'
import type { Exchange } from './exchange.ts'
import { hasParts } from './range-answer.ts'
import { rangeAsk } from './range-miss.ts'
import { levelLookup, type Search } from './search.ts'

/** The entry of parts that answers a search; null when there is none, or it has not got what is wanted. */
export function findPart(search: Search, x: Exchange): Found | null | Promise<Found | null> {
  if (rangeAsk(search.asked, 'miss') !== 'part') return null
  const found = levelLookup(partsKey(search.key), search, x)
  return isPromise(found) ? found.then((late) => fitting(late, search)) : fitting(found, search)
}

function fitting(found: Found | null, { asked: { request }, directives, nowMs }: Search): Found | null {
  if (found === null) return null
  const { entry } = found
  const judgement = judge(entry, directives, nowMs)
  if (judgement !== 'fresh' && judgement !== 'stale-allowed') return null
  return isNotModified(request, entry.status, entry.fields, nowMs) || hasParts(request, entry, nowMs) ? found : null
}
