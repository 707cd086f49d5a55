// Gate: the limits of the route. All must allow the request, else none is paid.

import type { Client } from '../client/client-class.ts'
import type { LimitPlan } from '../config/snapshot.ts'
import { retryAfterField } from '../limit/limit-fields.ts'
import { type Claim, takeAll } from '../limit/take-all.ts'
import { fallbackAnswer, faultAnswer } from './answers.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import { keyValue } from './key-value.ts'

/** Null when the request may go on; otherwise 429 or the fallback of the limit that refused. */
export function limit(asked: Asked, x: Exchange): Answer | null {
  const plans = limitsOf(asked, x)
  if (plans.length === 0) return null
  const inForce = plans.map((plan) => plan.inForce(x.startedAtMs))
  const claims = plans.map((plan, i): Claim => ({ limiter: inForce[i]!.limiter, key: limitKey(plan, asked), cost: 1 }))
  const outcome = takeAll(claims, x.startedAtMs)
  x.why.quota = { policies: inForce.map((one) => one.policy), outcome }
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
  answer.fields.set('Retry-After', retryAfterField(outcome.verdict))
  return answer
}

/** The limits that a request pays: those of its route that count its class of client. */
export function limitsOf({ client, route }: Asked, x: Exchange): readonly LimitPlan[] {
  if (route.limits.length === 0) return []
  return route.limits.map((id) => x.snapshot.limits.get(id)!).filter((plan) => counts(plan, client))
}

function counts(plan: LimitPlan, client: Client): boolean {
  if (plan.clients === 'all') return true
  return plan.clients === (client.class === 'person' ? 'people' : 'crawlers')
}

/** Who pays a limit. Who has no such header or cookie pays by address, or leaving it out would be the way around the limit. */
export function limitKey(plan: LimitPlan, asked: Asked): string {
  const value = keyValue(plan.key, asked)
  return value === null ? `address\0${asked.client.address}` : `${plan.key.kind}\0${value}`
}
