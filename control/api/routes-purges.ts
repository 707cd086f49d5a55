// Purges: handed in, looked up, listed. A purge is on disk, audited and on its way to every edge when it is answered; with `waitMs` the
// answer tells how many edges hold it, and which do not.

import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { MAX_ORDERS, type PurgeOrder, PurgeOrderSchema } from '../../edge/contract/purge.ts'
import { MIB } from '../../edge/contract/units.ts'
import type { EdgeState } from '../domain/edge-state.ts'
import type { LoggedPurge } from '../domain/purge-log.ts'
import type { ApiContext } from './context.ts'
import { actorOf } from './guard.ts'
import { PageQuerySchema, pageOf, WaitQuerySchema, waitOf } from './query.ts'
import { refuse } from './refusal.ts'

const PURGE_BODY_BYTES = 4 * MIB

const PurgeBodySchema = Type.Object(
  {
    purges: Type.Array(PurgeOrderSchema, { minItems: 1, maxItems: MAX_ORDERS, description: 'What is to be forgotten.' }),
    reason: Type.String({ maxLength: 512, default: '', description: 'Why, for the audit.' }),
    key: Type.String({
      maxLength: 128,
      default: '',
      description: 'A name of this request: sent again under it, nothing is purged twice.',
    }),
  },
  { additionalProperties: false },
)
const PurgeParamsSchema = Type.Object({ seq: Type.String({ pattern: '^[0-9]{1,15}$', description: 'The number of a purge.' }) })
type Purging = { Body: Type.Static<typeof PurgeBodySchema>; Querystring: Type.Static<typeof WaitQuerySchema> }
type Paging = { Querystring: Type.Static<typeof PageQuerySchema> }

/** Whether an edge goes by a purge: it said so, has yet to, or cannot be asked. */
export interface EdgePurgeState {
  readonly edgeId: string
  readonly state: 'acked' | 'waiting' | 'away'
}

/** Adds purging, and looking at what was purged. */
export function addPurgeRoutes(app: FastifyInstance, context: ApiContext): void {
  const { purges, publisher, store } = context

  app.post<Purging>(
    '/v1/purges',
    { config: { action: 'purge' }, bodyLimit: PURGE_BODY_BYTES, schema: { body: PurgeBodySchema, querystring: WaitQuerySchema } },
    async (request, reply) => {
      const { purges: orders, reason, key } = request.body
      const outcome = purges.append({ orders, reason, key }, actorOf(request))
      if (outcome.kind === 'refused') return refuse(reply, 'invalid', outcome.problems[0]?.message ?? '', outcome.problems)
      const seqs = outcome.purges.map(({ seq }) => seq)
      const seq = seqs.at(-1)!
      const edges = await publisher.purgeConfirmation(seq, waitOf(request.query))
      return { seq, seqs, ...(outcome.kind === 'known' ? { known: true } : {}), edges }
    },
  )

  app.get<Paging>('/v1/purges', { config: { action: 'read' }, schema: { querystring: PageQuerySchema } }, (request) => {
    const { fleet, purgeSeq } = publisher
    const shown = (purge: LoggedPurge) => ({ ...told(purge), ...countOf(fleet.edges(), purge.seq) })
    return { seq: purgeSeq, purges: store.purges.page(pageOf(request.query)).map(shown) }
  })

  app.get<{ Params: { readonly seq: string } }>(
    '/v1/purges/:seq',
    { config: { action: 'read' }, schema: { params: PurgeParamsSchema } },
    (request, reply) => {
      const purge = store.purges.purge(Number(request.params.seq))
      if (purge === null) {
        const { seq, floor } = purges.head()
        return refuse(reply, 'absent', `There is no purge ${request.params.seq}; the log holds those after ${floor} up to ${seq}.`)
      }
      return { ...told(purge), edges: publisher.fleet.edges().map((edge) => stateOf(edge, purge.seq)) }
    },
  )
}

function told({ seq, order, atMs, owner, reason }: LoggedPurge): Omit<LoggedPurge, 'key' | 'order'> & { readonly order: PurgeOrder } {
  return { seq, order, atMs, owner, reason }
}

function stateOf({ edgeId, have, connection }: EdgeState, seq: number): EdgePurgeState {
  if ((have.purgeSeq ?? 0) >= seq) return { edgeId, state: 'acked' }
  return { edgeId, state: connection.state === 'connected' ? 'waiting' : 'away' }
}

function countOf(edges: readonly EdgeState[], seq: number): { readonly acked: number; readonly of: number } {
  return { acked: edges.filter((edge) => stateOf(edge, seq).state === 'acked').length, of: edges.length }
}
