// Which edge runs what, and what discovery last said.

import type { FastifyInstance } from 'fastify'
import type { ApiContext } from './context.ts'

/** Adds the list of edges and the endpoints. */
export function addFleetRoutes(app: FastifyInstance, { publisher, endpoints }: ApiContext): void {
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

  app.get('/v1/endpoints', { config }, () => ({ ...endpoints.current(), reports: endpoints.report() }))
}
