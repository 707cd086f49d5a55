// Reading stage: the group of a route that serves a request. A rule of a group decides first, then crawlers stay with the control group,
// then the client's cohort, or chance, by the shares in force.

import type { Client } from '../client/client-class.ts'
import type { RoutePlan, SplitPlan } from '../config/snapshot.ts'
import { predicateHolds } from '../route/predicate.ts'
import { cohortOf, drawnGroup } from '../traffic/cohort.ts'
import type { Exchange, Request } from './exchange.ts'
import { keyValue } from './key-value.ts'

/** The route as it is for the group of this request; the route itself when it has no groups. */
export function split(route: RoutePlan, request: Request, client: Client, x: Exchange): RoutePlan {
  if (route.split === null) return route
  const group = route.split.groups[groupOf(route, route.split, request, client, x)]!
  x.why.group = group.id
  return group.plan
}

/** A route as it is for each group whose answers are kept apart, the control group first; the route alone when it has no groups. */
export function keptApart(route: RoutePlan): readonly RoutePlan[] {
  if (route.split === null) return [route]
  return route.split.groups.map(({ plan }) => plan).filter(({ key }, index) => index === 0 || key.group !== null)
}

/** The shares of a route in force, one per group. @param nowMs wall clock */
export function sharesOf(route: RoutePlan, { percents }: SplitPlan, x: Pick<Exchange, 'snapshot' | 'startedAtMs'>): readonly number[] {
  const set = x.snapshot.shares.get(route.id)
  return set === undefined || x.startedAtMs >= set.untilMs ? percents : set.percents
}

function groupOf(route: RoutePlan, plan: SplitPlan, request: Request, client: Client, x: Exchange): number {
  const { why } = x
  const forced = plan.groups.findIndex(
    ({ predicates }) => predicates.length > 0 && predicates.every((each) => predicateHolds(each, request)),
  )
  if (forced >= 0) {
    why.groupBy = 'rule'
    return forced
  }
  if (client.class === 'crawler' && plan.crawlers === 'control') {
    why.groupBy = 'crawler'
    return 0
  }
  const shares = sharesOf(route, plan, x)
  why.groupBy = plan.key === null ? 'chance' : 'cohort'
  const asked = { request, client, route, shared: request.fields }
  const drawn =
    plan.key === null
      ? drawnGroup(x.tools.random.next(), shares)
      : cohortOf(keyValue(plan.key, asked) ?? client.address, plan.salts, shares)
  if ((plan.groups[drawn]!.plan.tally?.own.fuse.why(shares) ?? null) === null) return drawn
  why.groupBy = 'fuse'
  return 0
}
