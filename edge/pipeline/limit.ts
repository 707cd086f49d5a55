// Gate: the limits of the route. All must allow the request, else none is paid.

import type { Client } from '../client/client-class.ts'
import type { LimitPlan } from '../config/snapshot.ts'
import { type Quota, type QuotaPolicy, retryAfterField } from '../limit/limit-fields.ts'
import type { Refusal } from '../limit/limiter.ts'
import { type Claim, takeAll } from '../limit/take-all.ts'
import { fallbackAnswer, faultAnswer } from './answers.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import { keyValue } from './key-value.ts'

const NO_LIMITS: readonly LimitPlan[] = []

/** Null when the request may go on; otherwise 429 or the fallback of the limit that refused. */
export function limit(asked: Asked, x: Exchange): Answer | null {
  const plans = limitsOf(asked, x)
  const count = plans.length
  if (count === 0) return null
  // Of their size from the beginning: lists that grow take room for many at once.
  const policies = new Array<QuotaPolicy>(count)
  const claims = new Array<Claim>(count)
  for (let i = 0; i < count; i++) {
    const plan = plans[i]!
    const { limiter, policy } = plan.inForce(x.startedAtMs)
    policies[i] = policy
    claims[i] = { limiter, key: limitKey(plan, asked), cost: 1 }
  }
  const outcome = takeAll(claims, x.startedAtMs)
  x.why.quota = { limits: plans, policies, outcome }
  if (!outcome.allowed) return refusal(plans[outcome.by]!, outcome.verdict, x)
  for (const plan of plans) x.tools.metrics.limited(plan.id, 'allowed')
  return null
}

function refusal(refusing: LimitPlan, verdict: Refusal, x: Exchange): Answer {
  x.why.fault = 'RATE_LIMITED'
  x.tools.metrics.limited(refusing.id, 'refused')
  x.tools.metrics.fault('RATE_LIMITED')
  const answer = refusing.fallback === null ? faultAnswer('RATE_LIMITED') : fallbackAnswer(refusing.fallback, verdict.retryAfterMs, x)
  answer.fields.set('Retry-After', retryAfterField(verdict))
  return answer
}

/** The limits that a request pays: those of its route that count its class of client. */
export function limitsOf({ client, route }: Asked, x: Exchange): readonly LimitPlan[] {
  const { limits } = route
  if (limits.length === 0) return NO_LIMITS
  const plans = new Array<LimitPlan>(limits.length)
  let paid = 0
  for (let i = 0; i < limits.length; i++) {
    const plan = x.snapshot.limits.get(limits[i]!)!
    if (counts(plan, client)) plans[paid++] = plan
  }
  return paid === plans.length ? plans : plans.slice(0, paid)
}

/** What limits said, for the log: `id:remaining`, or `id:refused`. */
export function limitReadings({ limits, outcome }: Quota): string {
  return outcome.readings.map((reading, i) => `${limits[i]!.id}:${reading.allowed ? reading.remaining : 'refused'}`).join(' ')
}

function counts(plan: LimitPlan, client: Client): boolean {
  // Paid at an edge in front of this one, which counts by the same limit.
  if (client.introduced?.paid.includes(plan.id)) return false
  if (plan.clients === 'all') return true
  return plan.clients === (client.class === 'person' ? 'people' : 'crawlers')
}

/** Who pays a limit. Who has no such header or cookie pays by address, or leaving it out would be the way around the limit. */
export function limitKey(plan: LimitPlan, asked: Asked): string {
  const value = keyValue(plan.key, asked)
  if (value === null || plan.key.kind === 'address') return asked.client.address
  // No address holds a NUL, so nothing that a client may choose can be taken for one.
  return `${plan.key.kind}\0${value}`
}
