// Two routes with the same conditions: neither is more specific, so which one takes a request would be chance.
// Routes are first grouped by everything but their hosts, then compared host by host; the cost is the number of hosts named.

import type { Problem } from './problem.ts'
import type { RouteConfig } from './route.ts'
import type { Site } from './site.ts'

/** The routes of a site that cannot be told apart. */
export function* checkRouteConflicts(site: Site): Generator<Problem> {
  const groups = Map.groupBy(Object.entries(site.routes), ([, route]) => conditionsOf(route))
  const siteHosts = new Set(site.hosts)
  for (const group of groups.values()) {
    if (group.length > 1) yield* conflictsWithin(group, siteHosts)
  }
}

function* conflictsWithin(group: readonly (readonly [string, RouteConfig])[], siteHosts: ReadonlySet<string>): Generator<Problem> {
  // Routes without hosts share those of the site, however many these are; one entry stands for all of them.
  const ofSite = group.find(([, route]) => route.hosts.length === 0)?.[0]
  const owners = new Map<string, string>()
  for (const [id, route] of group) {
    const other = route.hosts.length === 0 ? ofSite : ownerAmong(route.hosts, id, owners, ofSite, siteHosts)
    if (other === undefined || other === id) continue
    const message = `takes the same requests as route ${JSON.stringify(other)}; give one of them another path, host, method or condition`
    yield { pointer: `/routes/${id}`, message }
  }
}

/** The route that has one of the hosts already; otherwise they are noted as this one's. */
function ownerAmong(
  hosts: readonly string[],
  id: string,
  owners: Map<string, string>,
  ofSite: string | undefined,
  siteHosts: ReadonlySet<string>,
): string | undefined {
  let found: string | undefined
  for (const host of hosts) {
    found ??= owners.get(host) ?? (siteHosts.has(host) ? ofSite : undefined)
    if (!owners.has(host)) owners.set(host, id)
  }
  return found === id ? undefined : found
}

/** All conditions of a route but its hosts, as one text; names in braces do not tell routes apart. */
function conditionsOf(route: RouteConfig): string {
  const path = route.path.replace(/\{[^/]*\}/g, '{}')
  const headers = Object.entries(route.headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return JSON.stringify([
    path,
    route.methods.toSorted(),
    sorted(headers),
    sorted(Object.entries(route.query)),
    sorted(Object.entries(route.cookies)),
  ])
}

function sorted(entries: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
}
