// What a pool may ask of its peers beyond its requests. The budget lives on from revision to revision: a new one must not be a way to
// begin anew in the middle of an outage.

import type { PoolConfig } from '../contract/pool.ts'
import { ShareBudget } from '../resilience/share-budget.ts'
import type { Registries } from './registries.ts'
import type { RetryPlan } from './snapshot.ts'

/** When requests to this pool are sent again. */
export function retryPlan(poolId: string, { retry }: PoolConfig, registries: Registries): RetryPlan {
  return { statuses: new Set(retry.statuses), budget: budgetOf(poolId, registries) }
}

function budgetOf(poolId: string, { retryBudgets }: Registries): ShareBudget {
  const known = retryBudgets.get(poolId)
  if (known !== undefined) return known
  const budget = new ShareBudget()
  retryBudgets.set(poolId, budget)
  return budget
}
