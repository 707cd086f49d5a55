// Peers: how they are, taking them out of service, and putting them back.

import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { MaintenanceSchema } from '../../edge/contract/switchboard.ts'
import { fleetTroubles } from '../domain/fleet-troubles.ts'
import { type DrainOrder, DrainOrderSchema, drainedName, drainPeer, type PoolWorld, restorePeer } from '../domain/maintenance.ts'
import { peerStates } from '../domain/peer-states.ts'
import { inForce } from '../domain/switches.ts'
import type { ApiContext } from './context.ts'
import { actorOf } from './guard.ts'
import { LimitQuerySchema, limitOf, WaitQuerySchema } from './query.ts'
import { applyChange } from './routes-switches.ts'

const { pool, address } = MaintenanceSchema.properties
/** Peers that are listed: usually, and at most. */
const LISTED = { usual: 200, max: 1_000 }
const ListQuerySchema = Type.Object({ ...LimitQuerySchema.properties, pool }, { additionalProperties: false })
const RestoreQuerySchema = Type.Object(
  {
    ...WaitQuerySchema.properties,
    pool,
    address,
    reason: Type.String({ maxLength: 512, default: '', description: 'Why it is put back.' }),
  },
  { additionalProperties: false },
)

/** Adds the list of peers, and maintenance. */
export function addPeerRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, clock } = context

  app.get<{ Querystring: Type.Static<typeof ListQuerySchema> }>(
    '/v1/peers',
    { config: { action: 'read' }, schema: { querystring: ListQuerySchema } },
    ({ query }) => {
      const states = peerStates(worldOf(context), inForce(store.switchboard(), clock.wallMs()), query.pool)
      return { of: states.length, peers: states.slice(0, limitOf(query, LISTED)) }
    },
  )

  app.post<{ Body: DrainOrder; Querystring: Type.Static<typeof WaitQuerySchema> }>(
    '/v1/maintenance',
    { config: { action: 'switch' }, schema: { body: DrainOrderSchema, querystring: WaitQuerySchema } },
    (request, reply) => {
      const by = { owner: actorOf(request).name, nowMs: clock.wallMs() }
      const change = drainPeer(store.switchboard(), worldOf(context), request.body, by)
      const { reason, ...order } = request.body
      const deed = { action: 'peer.drain', subject: drainedName(order), reason, change: order } as const
      return applyChange(context, request, reply, { change, deed })
    },
  )

  app.delete<{ Querystring: Type.Static<typeof RestoreQuerySchema> }>(
    '/v1/maintenance',
    { config: { action: 'switch' }, schema: { querystring: RestoreQuerySchema } },
    (request, reply) => {
      const { reason, ...peer } = request.query
      const change = restorePeer(store.switchboard(), peer, clock.wallMs())
      const deed = { action: 'peer.restore', subject: drainedName(peer), reason, change: {} } as const
      return applyChange(context, request, reply, { change, deed })
    },
  )
}

function worldOf({ store, endpoints, publisher }: ApiContext): PoolWorld {
  return { site: store.current()?.site ?? null, endpoints: endpoints.current(), troubles: fleetTroubles(publisher.fleet.edges()) }
}
