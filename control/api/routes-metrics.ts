// The metrics of the control plane, in the text format that Prometheus reads.

import type { FastifyInstance } from 'fastify'
import type { ApiContext } from './context.ts'

/** Adds the metrics. Unlike those of an edge, which have a port of their own, they need a token: `viewer` is enough. */
export function addMetricRoutes(app: FastifyInstance, { exposition }: ApiContext): void {
  app.get('/metrics', { config: { action: 'read' } }, (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(exposition()),
  )
}
