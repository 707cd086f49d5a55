// What discovery found, how fresh it is, and an operator's word on an answer that is held.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { auditEntry } from '../domain/audit.ts'
import type { HoldReport, HoldVerdict, ServiceReport } from '../domain/endpoint-source.ts'
import type { ApiContext } from './context.ts'
import { actorOf } from './guard.ts'
import { WaitQuerySchema, waitOf } from './query.ts'
import { refuse } from './refusal.ts'

const WordSchema = Type.Object(
  {
    service: Type.String({ minLength: 1, maxLength: 2_048, description: 'The service, as the list of endpoints names it.' }),
    hold: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'The hold that was seen; any when left out.' }),
    ),
    reason: Type.String({ maxLength: 512, default: '', description: 'Why.' }),
  },
  { additionalProperties: false },
)
type Word = Type.Static<typeof WordSchema>
type Wait = Type.Static<typeof WaitQuerySchema>
/** The most names that a refusal lists. */
const MAX_NAMES = 8

/** Adds the endpoints with their reports, and accepting and refusing what is held. */
export function addEndpointRoutes(app: FastifyInstance, context: ApiContext): void {
  const { endpoints } = context
  app.get('/v1/endpoints', { config: { action: 'read' } }, () => ({ ...endpoints.current(), reports: endpoints.report() }))
  for (const verdict of ['accept', 'refuse'] as const) {
    app.post<{ Body: Word; Querystring: Wait }>(
      `/v1/endpoints/${verdict}`,
      { config: { action: 'hold' }, schema: { body: WordSchema, querystring: WaitQuerySchema } },
      (request, reply) => decide(context, verdict, request, reply),
    )
  }
}

type WordRequest = FastifyRequest<{ Body: Word; Querystring: Wait }>

async function decide(context: ApiContext, verdict: HoldVerdict, request: WordRequest, reply: FastifyReply) {
  const { endpoints, store, publisher, clock, log } = context
  const { service, hold: wanted, reason } = request.body
  const reports = endpoints.report()
  const found = reports.find((each) => each.service === service)
  if (!found) return refuse(reply, 'absent', absentSentence(service, reports))
  const { hold } = found
  if (!hold) return refuse(reply, 'conflict', `Nothing of "${service}" is held; its last answer stands as it came.`)
  if (wanted !== undefined && wanted !== hold.id) return refuse(reply, 'stale', movedSentence(hold))
  const actor = actorOf(request)
  const change = { hold: hold.id, kind: hold.kind, listed: hold.listed, kept: hold.kept.count }
  const others = endpoints.refused().filter((each) => each !== service)
  // The audit first: what cannot be written down is not done.
  const entry = auditEntry(actor, { action: `endpoints.${verdict}`, subject: service, reason, change }, clock.wallMs())
  store.saveRefusals(verdict === 'refuse' ? [...others, service] : others, entry)
  endpoints.decide(service, verdict)
  log.info({ event: `endpoints.${verdict}`, service, owner: actor.name, reason, ...change })
  const { seq } = endpoints.current()
  const edges = await publisher.confirmation('endpoints', seq, verdict === 'accept' ? waitOf(request.query) : 0)
  return { seq, hold, edges }
}

function absentSentence(service: string, reports: readonly ServiceReport[]): string {
  const held = reports.filter(({ hold }) => hold !== null).map((each) => each.service)
  const start = `No pool discovers "${service}"`
  if (held.length === 0) return `${start}, and nothing is held.`
  return `${start}; what is held: ${held.slice(0, MAX_NAMES).join(', ')}${held.length > MAX_NAMES ? ' and more' : ''}`
}

function movedSentence({ id, listed, kept }: HoldReport): string {
  return `The answer has changed since: hold ${id} lists ${listed} peers and lacks ${kept.count}. Look again.`
}
