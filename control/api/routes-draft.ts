// The draft: one site being worked on by several people. It need not be valid; it is checked when it is published.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { acceptSite } from '../domain/accept-site.ts'
import { auditEntry } from '../domain/audit.ts'
import { type Draft, draftTag, revisionTag } from '../domain/revision.ts'
import type { ApiContext } from './context.ts'
import { actorOf } from './guard.ts'
import { ifMatch } from './if-match.ts'
import { refuse } from './refusal.ts'
import { SITE_BODY_BYTES } from './routes-revisions.ts'

const DraftBodySchema = Type.Object(
  {
    site: Type.Unknown({ description: 'A site, valid or not.' }),
    base: Type.Optional(Type.Integer({ minimum: 0, maximum: 999_999_999_999_999, description: 'The revision it builds on now.' })),
  },
  { additionalProperties: false },
)
type DraftBody = Type.Static<typeof DraftBodySchema>

/** Adds reading, saving and dropping the draft. */
export function addDraftRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, clock } = context

  app.get('/v1/draft', { config: { action: 'read' } }, (_request, reply) => {
    const draft = store.draft()
    if (!draft)
      return refuse(reply.header('etag', standingTag(context, null)), 'absent', 'There is no draft; begin one with PUT /v1/draft.')
    return reply.header('etag', draftTag(draft)).send(draft)
  })

  app.put<{ Body: DraftBody }>(
    '/v1/draft',
    { config: { action: 'draft' }, bodyLimit: SITE_BODY_BYTES, schema: { body: DraftBodySchema } },
    (request, reply) => saveDraft(context, request, reply),
  )

  app.delete('/v1/draft', { config: { action: 'draft' } }, (request, reply) => {
    const draft = store.draft()
    if (!draft) return refuse(reply, 'absent', 'There is no draft.')
    if (ifMatch(request.headers['if-match'], draftTag(draft)) === 'stale') return staleDraft(reply, draft)
    const deed = { action: 'draft.drop', subject: `d${draft.version}`, reason: '', change: { base: draft.base } } as const
    store.dropDraft(auditEntry(actorOf(request), deed, clock.wallMs()))
    return reply.code(204).send()
  })
}

function saveDraft(context: ApiContext, request: FastifyRequest<{ Body: DraftBody }>, reply: FastifyReply): FastifyReply {
  const { store, clock } = context
  const before = store.draft()
  const found = ifMatch(request.headers['if-match'], standingTag(context, before))
  if (found === 'missing') return refuse(reply, 'unconditional', 'Send If-Match with the tag that GET /v1/draft gives.')
  if (found === 'stale') return staleDraft(reply, before)
  const actor = actorOf(request)
  const nowMs = clock.wallMs()
  const standing = store.current()?.revision ?? 0
  const { site, base = before?.base ?? standing } = request.body
  if (base > standing) return refuse(reply, 'bad-request', `There is no revision ${base} to build on; the newest is ${standing}.`)
  const deed = { action: 'draft.save', subject: `r${base}`, reason: '', change: { base } } as const
  const draft = store.saveDraft({ base, author: actor.name, savedAtMs: nowMs, site }, auditEntry(actor, deed, nowMs))
  const accepted = acceptSite(site)
  const { version } = draft
  return reply.header('etag', draftTag(draft)).send({ version, base, problems: accepted.ok ? [] : accepted.problems })
}

/** The tag that a save must name: that of the draft, or of the revision it is begun from. */
function standingTag({ store }: ApiContext, draft: Draft | null): string {
  return draft ? draftTag(draft) : revisionTag(store.current()?.revision ?? 0)
}

function staleDraft(reply: FastifyReply, draft: Draft | null): FastifyReply {
  const what = draft ? `${draft.author} saved the draft meanwhile` : 'another revision was published meanwhile'
  return refuse(reply, 'stale', `${what}; read it again before you write.`)
}
