// Making tokens and taking them back. A secret is shown once, in the answer that made it.

import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { ROLES } from '../domain/access.ts'
import type { TokenRecord } from '../domain/token.ts'
import type { ApiContext } from './context.ts'
import { actorOf } from './guard.ts'
import { refuse } from './refusal.ts'

const TokenBodySchema = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$', description: 'Whose it is: the audit and switches name it.' }),
    role: Type.Union(
      ROLES.map((role) => Type.Literal(role)),
      { description: 'What it may do.' },
    ),
  },
  { additionalProperties: false },
)
const TokenParamsSchema = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{1,64}$', description: 'The id of a token.' }) })

/** Adds listing, making and taking back tokens. */
export function addTokenRoutes(app: FastifyInstance, { tokens, publisher, events }: ApiContext): void {
  const config = { action: 'tokens' } as const

  app.get('/v1/tokens', { config }, () => ({ tokens: tokens.list().map(withoutDigest) }))

  app.post<{ Body: Type.Static<typeof TokenBodySchema> }>('/v1/tokens', { config, schema: { body: TokenBodySchema } }, (request, reply) => {
    const made = tokens.make(request.body, actorOf(request))
    if (made.kind === 'refused') return refuse(reply, 'conflict', made.reason)
    return reply.code(201).send({ ...withoutDigest(made.token.record), token: made.token.secret })
  })

  app.delete<{ Params: Type.Static<typeof TokenParamsSchema> }>(
    '/v1/tokens/:id',
    { config, schema: { params: TokenParamsSchema } },
    (request, reply) => {
      const { id } = request.params
      const dropped = tokens.drop(id, actorOf(request))
      if (dropped.kind === 'absent') return refuse(reply, 'absent', `There is no token ${id}; see GET /v1/tokens.`)
      if (dropped.kind === 'refused') return refuse(reply, 'conflict', dropped.reason)
      // What it opened ends with it, or taking it back would mean little.
      publisher.endStreamsOf(id)
      events.removeToken(id)
      return reply.code(204).send()
    },
  )
}

function withoutDigest({ digest: _, ...token }: TokenRecord): Omit<TokenRecord, 'digest'> {
  return token
}
