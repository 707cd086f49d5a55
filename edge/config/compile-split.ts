// The groups of a route: each is the same route with another pool and, where its answers are kept apart, keys of its own. So every stage
// behind the choice of the group serves it as it serves any route.

import { parseKeySource } from '../contract/key-source.ts'
import type { Site } from '../contract/site.ts'
import type { Switchboard } from '../contract/switchboard.ts'
import { CONTROL_GROUP, type GroupConfig, type SplitConfig } from '../contract/traffic.ts'
import { compilePredicates } from '../route/predicate.ts'
import { saltOf } from '../traffic/cohort.ts'
import { GroupTally } from '../traffic/group-tally.ts'
import type { Registries } from './registries.ts'
import type { GroupPlan, RoutePlan, SetShares, SplitPlan } from './snapshot.ts'

/** A route with its groups. @param base the route by itself, which becomes the plan of its control group */
export function withSplit(base: RoutePlan, config: SplitConfig | undefined, registries: Registries): RoutePlan {
  if (config === undefined) return base
  const entries = Object.entries(config.groups)
  const tallyOfControl = tallyOf(base.id, CONTROL_GROUP, registries)
  const control = { id: CONTROL_GROUP, plan: { ...base, tally: { own: tallyOfControl, control: null } }, predicates: [] }
  const tallyOfGroup = (id: string) => ({
    own: tallyOf(base.id, id, registries),
    control: config.canary?.group === id ? tallyOfControl : null,
  })
  const groups: readonly GroupPlan[] = [
    control,
    ...entries.map(([id, group]) => groupPlan(id, group, { ...base, tally: tallyOfGroup(id) })),
  ]
  const split: SplitPlan = {
    key: config.by === 'request' ? null : parseKeySource(config.by),
    crawlers: config.crawlers,
    groups,
    salts: saltsOf(groups),
    percents: withControl(entries.map(([, { percent }]) => percent)),
  }
  return { ...base, split }
}

/** The shares that stand on the switchboard, by route; those of routes and groups that the site does not have stand for nothing. */
export function compileShares(site: Site, { weights }: Switchboard): ReadonlyMap<string, SetShares> {
  const shares = new Map<string, SetShares>()
  for (const { route, percents, expiresAtMs, owner, reason } of weights ?? []) {
    const split = Object.hasOwn(site.routes, route) ? site.routes[route]!.split : undefined
    if (split === undefined) continue
    const others = Object.keys(split.groups).map((id) => (Object.hasOwn(percents, id) ? percents[id]! : 0))
    shares.set(route, { percents: withControl(others), untilMs: expiresAtMs ?? Number.POSITIVE_INFINITY, owner, reason })
  }
  return shares
}

// What was counted lives on with new configurations.
function tallyOf(route: string, group: string, { tallies }: Registries): GroupTally {
  const key = `${route} ${group}`
  const tally = tallies.get(key) ?? new GroupTally(route, group)
  tallies.set(key, tally)
  return tally
}

function groupPlan(id: string, { pool, writePool, cache, headers, query, cookies }: GroupConfig, base: RoutePlan): GroupPlan {
  const key = cache === 'shared' ? base.key : { ...base.key, group: id }
  const plan = { ...base, pool, writePool: writePool ?? base.writePool, crawlerPool: null, key }
  return { id, plan, predicates: compilePredicates({ headers, query, cookies }) }
}

// By pool: routes that lead to the same pools split the same clients off, so that nobody meets two versions of one application. Groups that
// share a pool need draws of their own.
function saltsOf(groups: readonly GroupPlan[]): readonly number[] {
  const pools = groups.map(({ plan }) => plan.pool ?? '')
  return groups.map(({ id }, index) => saltOf(pools.indexOf(pools[index]!) === index ? pools[index]! : `${pools[index]} ${id}`))
}

function withControl(others: readonly number[]): readonly number[] {
  return [others.reduce((left, percent) => Math.max(0, left - percent), 100), ...others]
}
