// What an edge would do with a request under the site, the switchboard and the endpoints that stand, without sending it anywhere.

import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { FIELD_NAME_PATTERN } from '../../edge/contract/identifiers.ts'
import type { ApiContext } from './context.ts'
import { refuse } from './refusal.ts'

const ExplainBodySchema = Type.Object(
  {
    method: Type.String({ pattern: '^[A-Z]{1,32}$', default: 'GET', description: 'Its method.' }),
    url: Type.String({ pattern: '^https?://[^/]', maxLength: 16_384, description: 'Its URL, with host.' }),
    headers: Type.Record(Type.String({ pattern: FIELD_NAME_PATTERN }), Type.String({ maxLength: 8_192 }), {
      default: {},
      additionalProperties: false,
      maxProperties: 100,
      description: 'Its fields.',
    }),
    address: Type.String({ pattern: '^[0-9a-fA-F:.]{2,45}$', default: '127.0.0.1', description: 'The address it comes from.' }),
  },
  { additionalProperties: false },
)

/** Adds explain. */
export function addExplainRoutes(app: FastifyInstance, { store, publisher, explain, clock }: ApiContext): void {
  app.post<{ Body: Type.Static<typeof ExplainBodySchema> }>(
    '/v1/explain',
    { config: { action: 'explain' }, schema: { body: ExplainBodySchema } },
    ({ body }, reply) => {
      const current = store.current()
      if (!current) return refuse(reply, 'conflict', 'Nothing is published yet.')
      const { switchboard, endpoints } = publisher.standing
      return explain({ revision: current.revision, site: current.site, switchboard, endpoints }, body, clock.wallMs())
    },
  )
}
