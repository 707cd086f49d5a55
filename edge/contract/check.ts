// What a schema cannot see: whether the parts of a site fit together. Each check is a small pure function that yields problems;
// they run on sites that validate() accepted, defaults filled in.

import { checkChanges } from './check-changes.ts'
import { checkClients } from './check-clients.ts'
import { checkFallbacks } from './check-fallbacks.ts'
import { checkLimits } from './check-limits.ts'
import { checkPools } from './check-pools.ts'
import { checkReferences } from './check-references.ts'
import { checkRouteConflicts } from './check-route-conflicts.ts'
import { checkRoutes } from './check-routes.ts'
import { MAX_PROBLEMS } from './explain-refusal.ts'
import type { Problem } from './problem.ts'
import type { Site } from './site.ts'

const CHECKS: readonly ((site: Site) => Iterable<Problem>)[] = [
  checkClients,
  checkPools,
  checkLimits,
  checkFallbacks,
  checkReferences,
  checkRoutes,
  checkRouteConflicts,
  checkChanges,
]

/**
 * Whether the parts of a site fit together: ids that exist, routes that can be told apart, numbers that agree.
 * @param site as `validate(SiteSchema, …)` gives it
 * @returns at most 100 problems, none when the site can be served
 */
export function check(site: Site): Problem[] {
  const problems: Problem[] = []
  for (const checkPart of CHECKS) {
    for (const problem of checkPart(site)) {
      problems.push(problem)
      if (problems.length >= MAX_PROBLEMS) return problems
    }
  }
  return problems
}
