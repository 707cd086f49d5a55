// Sites of the same make and of any size: five kinds of routes in turn, each with a number of its own, and pages that use all of them.
// The texts are as long in a small site as in a large one, so that nothing but the number of routes differs.

import type { Page } from './pages.ts'
import { HOST } from './pages.ts'

/** What of a route says which requests it takes. */
export interface RoutePlace {
  readonly hosts: string[]
  readonly path: string
}

/** Different pages asked for, whatever the number of routes. */
export const ROUTED_PAGES = 10_000
const KINDS = 5

/** `count` routes, no two of which take the same request. */
export function routePlaces(count: number): readonly RoutePlace[] {
  return Array.from({ length: count }, (_, i) => placeOf(i))
}

/** Pages that are spread evenly over the first `count` routes: page i is for route i modulo `count`. @param count a multiple of 5 */
export function routedPages(count: number): readonly Page[] {
  return Array.from({ length: ROUTED_PAGES }, (_, i) => pageOf(i % count, i))
}

function placeOf(route: number): RoutePlace {
  const at = digits(route)
  switch (route % KINDS) {
    case 0:
      return { hosts: [], path: `/section-${at}/*` }
    case 1:
      return { hosts: [], path: `/shop-${at}/{id}/reviews` }
    case 2:
      return { hosts: [], path: `/deep/down/below-${at}/*` }
    case 3:
      return { hosts: [`site-${at}.example.org`], path: '/*' }
    default:
      return { hosts: [], path: `/api/thing-${at}/{version}/*` }
  }
}

function pageOf(route: number, page: number): Page {
  const [at, id] = [digits(route), digits(page)]
  switch (route % KINDS) {
    case 0:
      return { host: HOST, path: `/section-${at}/page-${id}` }
    case 1:
      return { host: HOST, path: `/shop-${at}/${id}/reviews` }
    case 2:
      return { host: HOST, path: `/deep/down/below-${at}/page-${id}` }
    case 3:
      return { host: `site-${at}.example.org`, path: `/page-${id}` }
    default:
      return { host: HOST, path: `/api/thing-${at}/v1/${id}` }
  }
}

function digits(number: number): string {
  return String(number).padStart(5, '0')
}
