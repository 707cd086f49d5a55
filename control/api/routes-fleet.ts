// Which edge runs what.

import type { FastifyInstance } from 'fastify'
import type Type from 'typebox'
import { fleetMirrors } from '../domain/fleet-mirrors.ts'
import { fleetTroubles } from '../domain/fleet-troubles.ts'
import { holdTroubles } from '../domain/hold-troubles.ts'
import { fleetHotKeys } from '../domain/hot-keys.ts'
import { shiftTroubles } from '../domain/shift-troubles.ts'
import type { ApiContext } from './context.ts'
import { LimitQuerySchema, limitOf } from './query.ts'

/** Hot keys that are listed: usually, and at most. */
const HOT_KEYS = { usual: 20, max: 100 }

/** Adds the list of edges and the hot keys. */
export function addFleetRoutes(app: FastifyInstance, { publisher, shifts, clock, endpoints }: ApiContext): void {
  const config = { action: 'read' } as const

  app.get('/v1/edges', { config }, () => {
    const { publication, switchboard, endpoints: sent } = publisher.standing
    const { fleet } = publisher
    return {
      revision: publication?.revision ?? 0,
      switchSeq: switchboard.seq,
      endpointSeq: sent.seq,
      connected: fleet.connected,
      edges: fleet.edges(),
    }
  })

  app.get<{ Querystring: Type.Static<typeof LimitQuerySchema> }>(
    '/v1/hot-keys',
    { config, schema: { querystring: LimitQuerySchema } },
    ({ query }) => ({ keys: fleetHotKeys(publisher.fleet.edges(), limitOf(query, HOT_KEYS)) }),
  )

  app.get('/v1/mirrors', { config }, () => ({ mirrors: fleetMirrors(publisher.fleet.edges()) }))

  app.get('/v1/troubles', { config }, () => ({
    troubles: [
      ...shiftTroubles(shifts.list(), publisher.standing.publication?.site ?? null, clock.wallMs()),
      ...holdTroubles(publisher.standing.publication?.site ?? null, endpoints.report()),
      ...fleetTroubles(publisher.fleet.edges()),
    ],
  }))
}
