// Finishes an answer and sends it. What every client gets, whoever made the answer, is added here and nowhere else.

import type { Fields } from '../http/fields.ts'
import { appendVia } from '../http/via.ts'
import { type Quota, rateLimitField, rateLimitPolicyField } from '../limit/limit-fields.ts'
import type { Answer, Exchange, Sent } from './exchange.ts'
import { tellHsts } from './hsts.ts'
import { tellPurged } from './introduce.ts'

/** Sends an answer; its body streams with the pace of the client. Never throws. */
export function respond(answer: Answer, x: Exchange): Promise<Sent> | Sent {
  if (answer.sent !== undefined) {
    x.tools.metrics.switched()
    return answer.sent
  }
  // A gateway says that a message went through it; on answers this is a MAY (RFC 9110 §7.6.3), and it lets people see who answered.
  if (answer.servedBy !== 'edge') appendVia(answer.fields, '1.1', x.tools.edgeId)
  if (x.why.quota !== null) tellQuota(answer.fields, x.why.quota)
  if (x.why.hsts !== null) tellHsts(answer.fields, x.why.hsts)
  if (x.why.viaEdge) tellPurged(answer.fields, x)
  answer.fields.set('X-Request-Id', x.id)
  return x.reply.send(answer)
}

// On every answer, not only on refusals: who sees what is left can slow down before being refused. What an origin says of limits of its own
// stays; both are lists (draft-ietf-httpapi-ratelimit-headers).
function tellQuota(fields: Fields, { policies, outcome }: Quota): void {
  join(fields, 'RateLimit-Policy', rateLimitPolicyField(policies))
  join(fields, 'RateLimit', rateLimitField(policies, outcome))
}

function join(fields: Fields, name: string, members: string): void {
  const before = fields.get(name.toLowerCase())
  fields.set(name, before === undefined ? members : `${before}, ${members}`)
}
