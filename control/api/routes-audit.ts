// Reading the audit.

import type { FastifyInstance } from 'fastify'
import type Type from 'typebox'
import type { ApiContext } from './context.ts'
import { PageQuerySchema, pageOf } from './query.ts'

/** Adds the audit, newest first. */
export function addAuditRoutes(app: FastifyInstance, { store }: ApiContext): void {
  app.get<{ Querystring: Type.Static<typeof PageQuerySchema> }>(
    '/v1/audit',
    { config: { action: 'read' }, schema: { querystring: PageQuerySchema } },
    ({ query }) => ({ audit: store.audit(pageOf(query)) }),
  )
}
