// The life of a request, on one screen. Stages are called in order; what a stage needs is a parameter, what it found is what it
// returns. handle.ts wraps this line: it turns faults into answers, sends, and logs.

import { isPromise } from '../base/is-promise.ts'
import { askedOf } from './asked.ts'
import { configured } from './configured.ts'
import { degrade } from './degrade.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import { forward } from './forward.ts'
import type { Found } from './found.ts'
import { identify } from './identify.ts'
import { limit } from './limit.ts'
import { lookup } from './lookup.ts'
import { match } from './match.ts'
import { mirrorHit } from './mirror.ts'
import { normalise } from './normalise.ts'
import { isPurge, purgeTarget } from './purge-target.ts'
import { refuse } from './refuse.ts'
import { shed } from './shed.ts'
import { split } from './split.ts'
import { store } from './store.ts'
import { tunnel } from './tunnel.ts'

/** Answers one request: at once where nothing has to be waited for. @throws EdgeError, or rejects with one */
export function serve(x: Exchange): Answer | Promise<Answer> {
  const request = normalise(x) //                            400 414
  const client = identify(request, x) //                     address behind trusted proxies; person | crawler
  if (isPurge(request, x)) return purgeTarget(request, client, x) // 200 403
  const matched = match(request, client, x) //               404 405
  const route = split(matched, request, client, x) //        the group of the route that serves this client
  const asked = askedOf(request, client, route) //           and what of it cache and origin share
  const mode = degrade(asked, x) //                          normal | cache-only | static | fallback | closed

  const early =
    refuse(mode, route, x) ?? //                             503, or the fallback of the route
    shed(asked, x) ?? //                                     503 while the worker is overloaded
    limit(asked, x) ?? //                                    429, or the fallback of the limit
    configured(route, x) //                                  what the route always answers
  if (early) return early

  const opened = tunnel(asked, mode, x) //                   101, or what the origin says instead
  if (opened) return opened

  const found = lookup(asked, mode, x) //                    answered | stale | miss | bypass
  return isPromise(found) ? found.then((late) => ask(asked, late, x)) : ask(asked, found, x)
}

function ask(asked: Asked, found: Found, x: Exchange): Answer | Promise<Answer> {
  if (found.kind === 'answered') {
    if (asked.route.mirror !== null) mirrorHit(asked, asked.route.mirror, x)
    return found.answer //                                   a memory hit never leaves the tick it came in
  }
  const forwarding = forward(asked, found, x) //             balance, send, retry, stale-if-error; 502 503 504 508
  return forwarding.then((forwarded) => store(asked, forwarded, found, x)) // tees the body into the cache
}
