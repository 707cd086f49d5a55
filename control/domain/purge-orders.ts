// The door for purge orders: what people and programs write becomes what edges keep their answers under, or a list of problems.

import { didYouMean } from '../../edge/contract/nearest.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import type { PurgeOrder } from '../../edge/contract/purge.ts'
import type { Site } from '../../edge/contract/site.ts'
import type { UrlReader } from '../../edge/explain.ts'

/** The site that orders are read by. */
export interface OrderSite {
  readonly site: Site
  readonly urls: UrlReader
}

/** What orders turned out to be. */
export type CanonicalOrders =
  | { readonly ok: true; readonly orders: readonly PurgeOrder[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** The orders as edges understand them. Pointers of problems begin at `/purges`. */
export function canonicalOrders(orders: readonly PurgeOrder[], by: OrderSite): CanonicalOrders {
  const problems: Problem[] = []
  const canonical: PurgeOrder[] = []
  for (const [i, order] of orders.entries()) {
    const read = canonicalOrder(order, by)
    if ('message' in read) problems.push({ pointer: `/purges/${i}/${read.member}`, message: read.message })
    else canonical.push(read)
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, orders: canonical }
}

type Fault = { readonly member: string; readonly message: string }

function canonicalOrder(order: PurgeOrder, { site, urls }: OrderSite): PurgeOrder | Fault {
  switch (order.by) {
    case 'url': {
      const url = urls.url(order.url)
      return url === null ? { member: 'url', message: urlFault(order.url) } : { ...order, url }
    }
    case 'prefix': {
      const prefix = urls.prefix(order.prefix)
      return prefix === null ? { member: 'prefix', message: urlFault(order.prefix) } : { ...order, prefix }
    }
    case 'tag':
      return CONTROL.test(order.tag)
        ? { member: 'tag', message: `${quoted(order.tag)} has a control character, which no label has` }
        : order
    case 'route': {
      if (Object.hasOwn(site.routes, order.route)) return order
      return { member: 'route', message: `the site has no route "${order.route}"${didYouMean(order.route, Object.keys(site.routes))}` }
    }
    case 'group': {
      const url = urls.url(`${order.origin}/`)
      return url === null ? { member: 'origin', message: urlFault(order.origin) } : { ...order, origin: new URL(url).origin }
    }
    case 'all':
      return order
  }
}

function urlFault(text: string): string {
  return `${quoted(text)} is no URL that an edge would take: scheme, host and path as clients send them, without #, space or backslash`
}

function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text)
}

/** As much of a text as a sentence can bear. */
const MAX_QUOTED = 200
const CONTROL = /[\x00-\x1f\x7f]/
