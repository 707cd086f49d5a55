// Finishes an answer and sends it. What every client gets, whoever made the answer, is added here and nowhere else.

import { appendVia } from '../http/via.ts'
import type { Answer, Exchange, Sent } from './exchange.ts'

/** Sends an answer; its body streams with the pace of the client. Never throws. */
export function respond(answer: Answer, x: Exchange): Promise<Sent> | Sent {
  // A gateway says that a message went through it; on answers this is a MAY (RFC 9110 §7.6.3), and it lets people see who answered.
  if (answer.servedBy !== 'edge') appendVia(answer.fields, '1.1', x.tools.edgeId)
  answer.fields.set('x-request-id', x.id)
  return x.reply.send(answer)
}
