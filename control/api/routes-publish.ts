// Publishing and rolling back. Between the look at the entity tag and the write nothing can happen: both are in one tick.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Publication } from '../../edge/contract/publication.ts'
import { acceptSite } from '../domain/accept-site.ts'
import { revisionTag } from '../domain/revision.ts'
import type { ApiContext } from './context.ts'
import { actorOf } from './guard.ts'
import { ifMatch } from './if-match.ts'
import { publishSite } from './publish-site.ts'
import { WaitQuerySchema, waitOf } from './query.ts'
import { refuse } from './refusal.ts'
import { SITE_BODY_BYTES } from './routes-revisions.ts'

const Note = Type.String({ maxLength: 512, default: '', description: 'Why.' })
const PublishBodySchema = Type.Object(
  { site: Type.Optional(Type.Unknown({ description: 'A site; the draft when left out.' })), note: Note },
  { additionalProperties: false },
)
const RollbackBodySchema = Type.Object(
  {
    revision: Type.Integer({ minimum: 1, maximum: 999_999_999_999_999, description: 'The revision whose content comes back.' }),
    note: Note,
  },
  { additionalProperties: false },
)
type Publishing = { Body: Type.Static<typeof PublishBodySchema>; Querystring: Type.Static<typeof WaitQuerySchema> }
type RollingBack = { Body: Type.Static<typeof RollbackBodySchema>; Querystring: Type.Static<typeof WaitQuerySchema> }

/** Adds publish and rollback. */
export function addPublishRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store } = context

  app.post<Publishing>(
    '/v1/publish',
    { config: { action: 'publish' }, bodyLimit: SITE_BODY_BYTES, schema: { body: PublishBodySchema, querystring: WaitQuerySchema } },
    async (request, reply) => {
      if (isRefused(context, request, reply)) return reply
      const { site, note } = request.body
      if (site !== undefined) return publishDocument(context, request, reply, { document: site, from: 'site', note })
      const draft = store.draft()
      if (!draft) return refuse(reply, 'conflict', 'There is no draft; send a site.')
      const standing = store.current()?.revision ?? 0
      if (draft.base !== standing) {
        return refuse(
          reply,
          'stale',
          `The draft builds on r${draft.base}, but r${standing} stands; look at the difference and save it with "base": ${standing}.`,
        )
      }
      return publishDocument(context, request, reply, { document: draft.site, from: 'draft', note })
    },
  )

  app.post<RollingBack>(
    '/v1/rollback',
    { config: { action: 'publish' }, schema: { body: RollbackBodySchema, querystring: WaitQuerySchema } },
    async (request, reply) => {
      if (isRefused(context, request, reply)) return reply
      const { revision, note } = request.body
      const old = store.revision(revision)
      if (!old) return refuse(reply, 'absent', `There is no revision ${revision}; the newest is ${store.current()?.revision ?? 0}.`)
      return publishDocument(context, request, reply, { document: old.site, from: 'site', note, restores: revision })
    },
  )
}

/** Answers for the caller when the entity tag is missing or does not stand any more. */
function isRefused({ store }: ApiContext, request: FastifyRequest, reply: FastifyReply): boolean {
  const standing = revisionTag(store.current()?.revision ?? 0)
  const found = ifMatch(request.headers['if-match'], standing)
  if (found === 'matches') return false
  if (found === 'missing')
    refuse(reply, 'unconditional', 'Send If-Match with the tag that GET /v1/site gives, "r0" when nothing is published yet.')
  else refuse(reply.header('etag', standing), 'stale', `${standing} stands; look at the difference to it, then try again.`)
  return true
}

interface Wanted {
  readonly document: unknown
  readonly from: 'draft' | 'site'
  readonly note: string
  /** The revision whose content this is, when it is a rollback. */
  readonly restores?: number
}

async function publishDocument(context: ApiContext, request: FastifyRequest, reply: FastifyReply, wanted: Wanted): Promise<FastifyReply> {
  // A revision of long ago is held against the rules of today as well: no edge would take it otherwise.
  const accepted = acceptSite(wanted.document)
  if (!accepted.ok) return refuse(reply, 'invalid', 'The site is not valid:', accepted.problems)
  const outcome = publishSite(context, { ...accepted, ...wanted, actor: actorOf(request) })
  if (outcome.kind === 'unchanged') return answer(reply, outcome.current, { unchanged: true })
  const waitMs = waitOf(request.query as Type.Static<typeof WaitQuerySchema>)
  const edges = await context.publisher.confirmation('publish', outcome.publication.revision, waitMs)
  return answer(reply, outcome.publication, { edges })
}

function answer(reply: FastifyReply, { revision, digest }: Publication, more: object): FastifyReply {
  return reply.header('etag', revisionTag(revision)).send({ revision, digest, ...more })
}
