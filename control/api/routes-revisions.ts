// Reading revisions: the one that stands, the ones before it, and how two of them differ. Validating is here too: it writes nothing.

import type { FastifyInstance, FastifyReply } from 'fastify'
import Type from 'typebox'
import { MIB } from '../../edge/contract/units.ts'
import { acceptSite } from '../domain/accept-site.ts'
import { difference } from '../domain/difference.ts'
import { revisionTag } from '../domain/revision.ts'
import type { ApiContext } from './context.ts'
import { PageQuerySchema, pageOf } from './query.ts'
import { refuse } from './refusal.ts'

/** The longest body of a route that takes a site. */
export const SITE_BODY_BYTES = 8 * MIB

const NumberParamSchema = Type.Object({ revision: Type.String({ pattern: '^[0-9]{1,15}$', description: 'The number of a revision.' }) })
const SiteBodySchema = Type.Object({ site: Type.Unknown({ description: 'A site.' }) }, { additionalProperties: false })
const revisionNumber = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 999_999_999_999_999, description: 'A revision; 0 is before the first.' }),
)
const DiffBodySchema = Type.Object(
  { from: revisionNumber, to: revisionNumber, site: Type.Optional(Type.Unknown({ description: 'A site in place of `to`.' })) },
  { additionalProperties: false },
)
type DiffBody = Type.Static<typeof DiffBodySchema>

/** Adds health, site, revisions, validate and diff. */
export function addRevisionRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store } = context
  const read = { action: 'read' } as const

  app.get('/v1/health', { config: { action: 'public' } }, () => ({ status: 'ok', revision: store.current()?.revision ?? 0 }))

  app.get('/v1/site', { config: read }, (_request, reply) => {
    const current = store.current()
    // The tag is there all the same: who publishes the first revision has to name it.
    reply.header('etag', revisionTag(current?.revision ?? 0))
    return current ?? refuse(reply, 'absent', 'Nothing is published yet.')
  })

  app.get<{ Querystring: Type.Static<typeof PageQuerySchema> }>(
    '/v1/revisions',
    { config: read, schema: { querystring: PageQuerySchema } },
    ({ query }) => ({ revisions: store.revisions(pageOf(query)) }),
  )

  app.get<{ Params: Type.Static<typeof NumberParamSchema> }>(
    '/v1/revisions/:revision',
    { config: read, schema: { params: NumberParamSchema } },
    ({ params }, reply) => {
      const publication = store.revision(Number(params.revision))
      if (!publication) return absentRevision(context, reply, params.revision)
      return reply.header('etag', revisionTag(publication.revision)).send(publication)
    },
  )

  app.post<{ Body: Type.Static<typeof SiteBodySchema> }>(
    '/v1/validate',
    { config: { action: 'validate' }, bodyLimit: SITE_BODY_BYTES, schema: { body: SiteBodySchema } },
    ({ body }) => {
      const accepted = acceptSite(body.site)
      return { problems: accepted.ok ? [] : accepted.problems }
    },
  )

  app.post<{ Body: DiffBody }>(
    '/v1/diff',
    { config: read, bodyLimit: SITE_BODY_BYTES, schema: { body: DiffBodySchema } },
    ({ body }, reply) => answerDiff(context, body, reply),
  )
}

function answerDiff(context: ApiContext, { from, to, site }: DiffBody, reply: FastifyReply) {
  const { store } = context
  if (to !== undefined && site !== undefined) return refuse(reply, 'bad-request', 'Name either `to` or `site`.')
  const standing = store.current()?.revision ?? 0
  const before = siteOf(store, from ?? standing)
  if (!before) return absentRevision(context, reply, from)
  if (site !== undefined) {
    const accepted = acceptSite(site)
    if (!accepted.ok) return refuse(reply, 'invalid', 'The site is not valid:', accepted.problems)
    return { from: from ?? standing, to: null, ...difference(before, accepted.site) }
  }
  const after = siteOf(store, to ?? standing)
  if (!after) return absentRevision(context, reply, to)
  return { from: from ?? standing, to: to ?? standing, ...difference(before, after) }
}

function siteOf(store: ApiContext['store'], revision: number): object | null {
  return revision === 0 ? {} : (store.revision(revision)?.site ?? null)
}

function absentRevision({ store }: ApiContext, reply: FastifyReply, revision: unknown): FastifyReply {
  return refuse(reply, 'absent', `There is no revision ${revision}; the newest is ${store.current()?.revision ?? 0}.`)
}
