// How the API says no: one table, one body (RFC 9457 problem details). What a person can do about it stands in `detail`.

import type { FastifyReply } from 'fastify'
import type { Problem } from '../../edge/contract/problem.ts'

/** The media type of a refusal (RFC 9457 §3). */
export const PROBLEM_TYPE = 'application/problem+json'

/** All refusals: status and title. */
export const REFUSALS = {
  'bad-request': [400, 'The request is not as it should be'],
  unauthenticated: [401, 'A token is needed'],
  forbidden: [403, 'The token may not do this'],
  absent: [404, 'There is no such thing here'],
  conflict: [409, 'This cannot be done as things stand'],
  stale: [412, 'Somebody was faster'],
  'too-large': [413, 'The body is too large'],
  'media-type': [415, 'The body is of a type that is not taken here'],
  'wrong-host': [421, 'This is not the host that was asked'],
  invalid: [422, 'The document is not valid'],
  unconditional: [428, 'If-Match is missing'],
  'too-many-tries': [429, 'Too many wrong tokens'],
  internal: [500, 'Something went wrong here'],
  away: [503, 'Something that this needs does not answer'],
  full: [503, 'There are too many of these already'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>

/** Why the API says no. */
export type RefusalKind = keyof typeof REFUSALS

/** Answers with a refusal. @param detail what is wrong and what would be right, for a person */
export function refuse(reply: FastifyReply, kind: RefusalKind, detail: string, problems?: readonly Problem[]): FastifyReply {
  const [status, title] = REFUSALS[kind]
  const body = { type: `urn:weir:${kind}`, title, status, detail, ...(problems ? { problems } : {}) }
  return reply.code(status).type(PROBLEM_TYPE).send(body)
}
