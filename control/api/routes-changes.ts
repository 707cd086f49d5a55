// Row changes: handed in, and how the reading of their stream stands. What a change purges is on disk and on its way to every edge when it
// is answered; each change of a batch has its own answer, so that one that is wrong keeps no other out.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { digestOf } from '../../edge/contract/canonical-json.ts'
import { MIB } from '../../edge/contract/units.ts'
import type { ChangeOutcome } from '../changes/change-desk.ts'
import type { StreamIntake } from '../changes/change-intake.ts'
import { MAX_LETTERS } from '../changes/dead-letters.ts'
import { listOf } from '../changes/read-change.ts'
import type { Confirmation } from '../push/ack-waits.ts'
import type { ApiContext } from './context.ts'
import { actorOf } from './guard.ts'
import { KeptAnswers } from './kept-answers.ts'
import { WaitQuerySchema, waitOf } from './query.ts'
import { refuse } from './refusal.ts'

const BODY_BYTES = 4 * MIB
/** An hour: senders that ask again do so within minutes. */
const KEPT = { keepS: 3_600, maxKeys: 50_000, maxBytes: 32 * MIB }
const LETTER_ID = '^[0-9]{1,20}-[0-9]{1,20}$'

const LettersQuerySchema = Type.Object(
  {
    limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$', description: 'How many, 50 when left out.' })),
    before: Type.Optional(Type.String({ pattern: LETTER_ID, description: 'Only older ones.' })),
  },
  { additionalProperties: false },
)
const RetryBodySchema = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(Type.String({ pattern: LETTER_ID, description: 'A dead letter.' }), { minItems: 1, maxItems: MAX_LETTERS }),
    ),
  },
  { additionalProperties: false },
)
type Wait = { Querystring: Type.Static<typeof WaitQuerySchema> }

/** What is answered to a batch of changes. */
export interface ChangesAnswer {
  /** One for each change, in order. */
  readonly changes: readonly ChangeOutcome[]
  /** The number of the last purge; null when there was none. */
  readonly purgeSeq: number | null
  /** Which edges hold it. */
  readonly edges?: Confirmation
}

/** Adds handing in changes, the standing of the stream, and its dead letters. */
export function addChangeRoutes(app: FastifyInstance, context: ApiContext): void {
  const kept = new KeptAnswers<ChangesAnswer>(KEPT)
  app.addHook('onClose', async () => kept.close())

  app.post<Wait>(
    '/v1/changes',
    { config: { action: 'change' }, bodyLimit: BODY_BYTES, schema: { querystring: WaitQuerySchema } },
    async (request, reply) => {
      const list = listOf(request.body)
      if (!list.ok) return refuse(reply, 'bad-request', `The body ${list.message}.`)
      const name = request.headers['idempotency-key']
      if (name === undefined) return take(context, request, list.items)
      if (typeof name !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(name))
        return refuse(reply, 'bad-request', 'Idempotency-Key must be 1 to 255 visible ASCII characters.')
      const digest = digestOrNull(list.items)
      if (digest === null) return refuse(reply, 'bad-request', 'The body is nested too deeply, or has a number that is too large.')
      const answer = await kept.once(`${request.token!.id} ${name}`, digest, () => take(context, request, list.items))
      if (answer.kind === 'other-request')
        return refuse(reply, 'invalid', 'This Idempotency-Key was sent with other changes; take another one for these.')
      if (answer.kind === 'repeated') reply.header('idempotency-replayed', 'true')
      return answer.answer
    },
  )

  addStreamRoutes(app, context)
}

function digestOrNull(items: readonly unknown[]): string | null {
  try {
    return digestOf(items)
  } catch (cause) {
    if (cause instanceof RangeError) return null
    throw cause
  }
}

async function take({ changes, publisher }: ApiContext, request: FastifyRequest<Wait>, items: readonly unknown[]): Promise<ChangesAnswer> {
  const taken = await changes.desk.take(items, { actor: actorOf(request), reason: 'row change' })
  const answer = { changes: taken.outcomes, purgeSeq: taken.purgeSeq }
  const waitMs = waitOf(request.query)
  if (taken.purgeSeq === null || waitMs === 0) return answer
  return { ...answer, edges: await publisher.purgeConfirmation(taken.purgeSeq, waitMs) }
}

function addStreamRoutes(app: FastifyInstance, { changes, log }: ApiContext): void {
  app.get('/v1/changes', { config: { action: 'read' } }, () => ({ stream: changes.stream === null ? null : standingOf(changes.stream) }))

  app.get<{ Querystring: Type.Static<typeof LettersQuerySchema> }>(
    '/v1/changes/dead-letters',
    { config: { action: 'purge' }, schema: { querystring: LettersQuerySchema } },
    ({ query }, reply) =>
      withLetters(changes.stream, reply, async ({ letters }) => ({
        deadLetters: await letters.list(Number(query.limit ?? 50), query.before),
      })),
  )

  app.post<{ Body: Type.Static<typeof RetryBodySchema> }>(
    '/v1/changes/dead-letters/retry',
    { config: { action: 'purge' }, schema: { body: RetryBodySchema } },
    (request, reply) =>
      withLetters(changes.stream, reply, async ({ letters }) => {
        const retried = await letters.retry(request.body.ids ?? null)
        log.info({ event: 'dead-letters-retried', owner: actorOf(request).name, retried: retried.retried, left: retried.left })
        return retried
      }),
  )
}

function standingOf({ config, consumerName, consumer }: StreamIntake) {
  return { name: config.stream, group: config.group, consumer: consumerName, ...consumer.state }
}

async function withLetters<T>(stream: StreamIntake | null, reply: FastifyReply, work: (stream: StreamIntake) => Promise<T>) {
  if (stream === null)
    return refuse(reply, 'absent', 'No stream of changes is read here; set "changes" in the bootstrap of the control plane.')
  try {
    return await work(stream)
  } catch {
    return refuse(reply, 'away', 'The Redis with the stream of changes does not answer; try again when it does.')
  }
}
