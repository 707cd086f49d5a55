// Gate: the limits of the route. All must allow the request, else none is paid.

import type { Client } from '../client/client-class.ts'
import type { LimitPlan, RoutePlan } from '../config/snapshot.ts'
import { rateLimitField, rateLimitPolicyField, retryAfterField } from '../limit/limit-fields.ts'
import { type Claim, takeAll } from '../limit/take-all.ts'
import { fallbackAnswer, faultAnswer } from './answers.ts'
import type { Answer, Exchange, Request } from './exchange.ts'
import { keyValue } from './key-value.ts'

/** Null when the request may go on; otherwise 429 or the fallback of the limit that refused. */
export function limit(request: Request, client: Client, route: RoutePlan, x: Exchange): Answer | null {
  if (route.limits.length === 0) return null
  const plans = route.limits.map((id) => x.snapshot.limits.get(id)!).filter((plan) => counts(plan, client))
  if (plans.length === 0) return null
  const inForce = plans.map((plan) => plan.inForce(x.startedAtMs))
  const claims = plans.map((plan, i): Claim => ({ limiter: inForce[i]!.limiter, key: limitKey(plan, request, client, route), cost: 1 }))
  const outcome = takeAll(claims, x.startedAtMs)
  x.why.limits = outcome.readings.map((reading, i) => `${plans[i]!.id}:${reading.allowed ? reading.remaining : 'refused'}`).join(' ')
  if (outcome.allowed) {
    for (const plan of plans) x.tools.metrics.limited(plan.id, 'allowed')
    return null
  }
  const refusing = plans[outcome.by]!
  x.why.fault = 'RATE_LIMITED'
  x.tools.metrics.limited(refusing.id, 'refused')
  x.tools.metrics.fault('RATE_LIMITED')
  const answer = refusing.fallback === null ? faultAnswer('RATE_LIMITED') : fallbackAnswer(refusing.fallback, outcome.verdict.retryAfterMs)
  const policies = inForce.map((one) => one.policy)
  answer.fields.set('Retry-After', retryAfterField(outcome.verdict))
  answer.fields.set('RateLimit-Policy', rateLimitPolicyField(policies))
  answer.fields.set('RateLimit', rateLimitField(policies, outcome))
  return answer
}

function counts(plan: LimitPlan, client: Client): boolean {
  if (plan.clients === 'all') return true
  return plan.clients === (client.class === 'person' ? 'people' : 'crawlers')
}

/** Who pays a limit. Who has no such header or cookie pays by address, or leaving it out would be the way around the limit. */
export function limitKey(plan: LimitPlan, request: Request, client: Client, route: RoutePlan): string {
  const value = keyValue(plan.key, request, client, route.id)
  return value === null ? `address\0${client.address}` : `${plan.key.kind}\0${value}`
}
