// Sites for tests of checks: as the schema accepts them, with one thing wrong in them.

import type { Problem } from '../../../edge/contract/problem.ts'
import { type Site, SiteSchema } from '../../../edge/contract/site.ts'
import { accepted } from './accepts.ts'

/** A site from its interesting parts, defaults filled in. @throws Error when the schema refuses it: the test is wrong then */
export function siteOf(parts: object): Site {
  return accepted(SiteSchema, parts)
}

/** A site with one pool `shop`, one fallback `resting` and these routes. */
export function siteWithRoutes(routes: object, parts: object = {}): Site {
  return siteOf({ pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } }, fallbacks: { resting: {} }, routes, ...parts })
}

/** Problems as `pointer message`, which tests read more easily. */
export function lines(problems: Iterable<Problem>): string[] {
  return [...problems].map(({ pointer, message }) => `${pointer} ${message}`)
}
