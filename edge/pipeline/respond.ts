// Finishes an answer and sends it. What every client gets, whoever made the answer, is added here and nowhere else.

import type { Fields } from '../http/fields.ts'
import { type Quota, rateLimitField, rateLimitPolicyField } from '../limit/limit-fields.ts'
import type { Answer, Exchange, Sent } from './exchange.ts'
import { tellHsts } from './hsts.ts'
import { tellPurged, tellVia } from './introduce.ts'

/** Sends an answer; its body streams with the pace of the client. Never throws. */
export function respond(answer: Answer, x: Exchange): Promise<Sent> | Sent {
  if (answer.sent !== undefined) {
    x.tools.metrics.switched()
    return answer.sent
  }
  if (answer.servedBy !== 'edge' && answer.tellsVia !== true) tellVia(answer.fields, x)
  if (x.why.quota !== null) tellQuota(answer.fields, x.why.quota)
  if (x.why.hsts !== null) tellHsts(answer.fields, x.why.hsts)
  if (x.why.viaEdge) tellPurged(answer.fields, x)
  answer.fields.set('X-Request-Id', x.id)
  return x.reply.send(answer)
}

// On every answer, not only on refusals: who sees what is left can slow down before being refused. What an origin says of limits of its own
// stays; both are lists (draft-ietf-httpapi-ratelimit-headers).
function tellQuota(fields: Fields, { policies, outcome }: Quota): void {
  join(fields, 'ratelimit-policy', 'RateLimit-Policy', rateLimitPolicyField(policies))
  join(fields, 'ratelimit', 'RateLimit', rateLimitField(policies, outcome))
}

function join(fields: Fields, lower: string, name: string, members: string): void {
  const before = fields.get(lower)
  fields.set(name, before === undefined ? members : `${before}, ${members}`)
}
