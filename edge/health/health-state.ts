// Whether a peer is well, by its checks: it takes several in a row to change the mind of an edge, so that one lost packet takes nobody
// out and one lucky answer brings nobody back. Pure: one step for each check.

import type { HealthCheckConfig, PeerHealth } from '../contract/health.ts'

/** What the checks of one peer have come to. */
export interface HealthState {
  readonly health: PeerHealth
  /** Checks done so far, as far as it matters: none, or some. */
  readonly checked: 'never' | 'before'
  /** Checks in a row that spoke against `health`. */
  readonly against: number
}

/** The rule by which checks are believed. */
export type HealthRule = Pick<HealthCheckConfig, 'healthyAfter' | 'unhealthyAfter' | 'initial'>

/** The state before the first check. */
export function firstHealth({ initial }: Pick<HealthRule, 'initial'>): HealthState {
  return { health: initial, checked: 'never', against: 0 }
}

/** The state after one more check. @param passed what the check said */
export function afterCheck(state: HealthState, passed: 'passed' | 'failed', rule: HealthRule): HealthState {
  const said: PeerHealth = passed === 'passed' ? 'healthy' : 'unhealthy'
  if (said === state.health) return { health: said, checked: 'before', against: 0 }
  const against = state.against + 1
  if (against < needed(state, said, rule)) return { health: state.health, checked: 'before', against }
  return { health: said, checked: 'before', against: 0 }
}

// Who is kept out only because nobody asked it yet has failed nothing: the first good answer is enough.
function needed(state: HealthState, said: PeerHealth, rule: HealthRule): number {
  if (said === 'unhealthy') return rule.unhealthyAfter
  return state.checked === 'never' ? 1 : rule.healthyAfter
}
