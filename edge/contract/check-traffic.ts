import type { Problem } from './problem.ts'
import type { RouteConfig } from './route.ts'
import { type CanaryConfig, CONTROL_GROUP, type GroupConfig } from './traffic.ts'

/** Beyond it a sum is not the rounding of 100. */
const WHOLE = 100 + 1e-6

/** The problems of how the traffic of a route is parted. */
export function* checkTraffic(pointer: string, route: RouteConfig): Generator<Problem> {
  const { pool, writePool, crawlerPool, split } = route
  if (writePool !== undefined && pool === undefined) {
    yield { pointer: `${pointer}/writePool`, message: 'needs a pool beside it, which answers the safe methods' }
  }
  if (split === undefined) return
  const at = `${pointer}/split`
  if (pool === undefined) yield { pointer: at, message: 'needs a pool in the route, which is its control group' }
  if (crawlerPool !== undefined && split.crawlers === 'split') {
    yield { pointer: `${at}/crawlers`, message: 'must be "control" beside crawlerPool, which takes all crawlers' }
  }
  if (split.canary !== undefined) yield* checkCanary(`${at}/canary`, split.canary, Object.keys(split.groups))
  yield* checkGroups(`${at}/groups`, Object.entries(split.groups))
}

function* checkCanary(pointer: string, { group, steps }: CanaryConfig, groups: readonly string[]): Generator<Problem> {
  if (!groups.includes(group)) yield { pointer: `${pointer}/group`, message: `must be a group of this split: ${groups.join(', ')}` }
  if (steps[0]! >= 100)
    yield { pointer: `${pointer}/steps/0`, message: 'must be below 100, since the control group is what it is compared with' }
  const falls = steps.findIndex((percent, index) => index > 0 && percent <= steps[index - 1]!)
  if (falls > 0)
    yield { pointer: `${pointer}/steps/${falls}`, message: `must be more than the step before it, which is ${steps[falls - 1]}` }
}

function* checkGroups(pointer: string, groups: readonly [string, GroupConfig][]): Generator<Problem> {
  if (groups.length === 0) yield { pointer, message: 'must have a group; without one, leave split out' }
  const sum = groups.reduce((all, [, group]) => all + group.percent, 0)
  if (sum > WHOLE) yield { pointer, message: `must share at most 100 percent; they share ${Number(sum.toFixed(3))}` }
  for (const [id] of groups) {
    if (id === CONTROL_GROUP) yield { pointer: `${pointer}/${id}`, message: 'is the name of the pool of the route itself; choose another' }
  }
}
