// Switches and limit overrides. A change is stored, audited and written to every edge within one tick; the answer then tells how many
// edges have it in force.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Id } from '../../edge/contract/identifiers.ts'
import type { Switchboard } from '../../edge/contract/switchboard.ts'
import { auditEntry, type Deed } from '../domain/audit.ts'
import { drainedName } from '../domain/maintenance.ts'
import {
  type BoardChange,
  clearOverride,
  clearSwitch,
  inForce,
  type OverrideOrder,
  OverrideOrderSchema,
  type SwitchOrder,
  SwitchOrderSchema,
  setOverride,
  setSwitch,
} from '../domain/switches.ts'
import type { ApiContext } from './context.ts'
import { actorOf } from './guard.ts'
import { WaitQuerySchema, waitOf } from './query.ts'
import { refuse } from './refusal.ts'

const SwitchParamsSchema = Type.Object({ id: Id('The name of a switch.') })
const OverrideParamsSchema = Type.Object({ limit: Id('A limit of the site.') })
const ClearQuerySchema = Type.Object(
  {
    ...WaitQuerySchema.properties,
    reason: Type.String({ maxLength: 512, default: '', description: 'Why it is taken back.' }),
  },
  { additionalProperties: false },
)
/** The most names that a refusal lists. */
const MAX_NAMES = 8
type Wait = Type.Static<typeof WaitQuerySchema>
type Clear = Type.Static<typeof ClearQuerySchema>
type SwitchParams = Type.Static<typeof SwitchParamsSchema>
type OverrideParams = Type.Static<typeof OverrideParamsSchema>

/** Adds the switchboard, and setting and clearing switches and overrides. */
export function addSwitchRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, clock } = context
  app.get('/v1/switchboard', { config: { action: 'read' } }, () => inForce(store.switchboard(), clock.wallMs()))
  addDegradeRoutes(app, context)
  addOverrideRoutes(app, context)
}

function addDegradeRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, clock } = context
  const config = { action: 'switch' } as const

  app.put<{ Params: SwitchParams; Body: SwitchOrder; Querystring: Wait }>(
    '/v1/switches/:id',
    { config, schema: { params: SwitchParamsSchema, body: SwitchOrderSchema, querystring: WaitQuerySchema } },
    async (request, reply) => {
      const { id } = request.params
      const by = { owner: actorOf(request).name, nowMs: clock.wallMs() }
      const change = setSwitch(store.switchboard(), store.current()?.site ?? null, { id, ...request.body }, by)
      const { reason, ...order } = request.body
      return applyChange(context, request, reply, { change, deed: { action: 'switch.set', subject: id, reason, change: order } })
    },
  )

  app.delete<{ Params: SwitchParams; Querystring: Clear }>(
    '/v1/switches/:id',
    { config, schema: { params: SwitchParamsSchema, querystring: ClearQuerySchema } },
    async (request, reply) => {
      const { id } = request.params
      const change = clearSwitch(store.switchboard(), id, clock.wallMs())
      return applyChange(context, request, reply, {
        change,
        deed: { action: 'switch.clear', subject: id, reason: request.query.reason, change: {} },
      })
    },
  )
}

function addOverrideRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, clock } = context
  const config = { action: 'override' } as const

  app.put<{ Params: OverrideParams; Body: OverrideOrder; Querystring: Wait }>(
    '/v1/overrides/:limit',
    { config, schema: { params: OverrideParamsSchema, body: OverrideOrderSchema, querystring: WaitQuerySchema } },
    async (request, reply) => {
      const { limit } = request.params
      const by = { owner: actorOf(request).name, nowMs: clock.wallMs() }
      const change = setOverride(store.switchboard(), store.current()?.site ?? null, { limit, ...request.body }, by)
      const { reason, ...order } = request.body
      return applyChange(context, request, reply, { change, deed: { action: 'override.set', subject: limit, reason, change: order } })
    },
  )

  app.delete<{ Params: OverrideParams; Querystring: Clear }>(
    '/v1/overrides/:limit',
    { config, schema: { params: OverrideParamsSchema, querystring: ClearQuerySchema } },
    async (request, reply) => {
      const { limit } = request.params
      const change = clearOverride(store.switchboard(), limit, clock.wallMs())
      return applyChange(context, request, reply, {
        change,
        deed: { action: 'override.clear', subject: limit, reason: request.query.reason, change: {} },
      })
    },
  )
}

/** Keeps a changed board, sends it to every edge, and answers with what they say to it. */
export async function applyChange(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: { change: BoardChange; deed: Deed },
) {
  const { change, deed } = wanted
  if (change.kind === 'absent')
    return refuse(reply, 'absent', absentSentence(deed, inForce(context.store.switchboard(), context.clock.wallMs())))
  if (change.kind === 'refused') return refuse(reply, 'invalid', change.problems[0]?.message ?? '', change.problems)
  const { store, publisher, clock, log } = context
  const { board } = change
  const actor = actorOf(request)
  store.saveSwitchboard(board, auditEntry(actor, { ...deed, change: { ...deed.change, seq: board.seq } }, clock.wallMs()))
  publisher.switches(board)
  log.info({ event: deed.action, subject: deed.subject, owner: actor.name, reason: deed.reason, seq: board.seq })
  const edges = await publisher.confirmation('switches', board.seq, waitOf(request.query as Wait))
  return { seq: board.seq, edges }
}

// Who takes back the wrong name is in a hurry: the names that would have been right are part of the answer.
function absentSentence({ action, subject }: Deed, board: Switchboard): string {
  const [what, names] = standingOf(action, subject, board)
  if (names.length === 0) return `${what}, and no other either.`
  return `${what}; those that are: ${names.slice(0, MAX_NAMES).join(', ')}${names.length > MAX_NAMES ? ' and more' : ''}`
}

function standingOf(action: Deed['action'], subject: string, board: Switchboard): readonly [what: string, names: readonly string[]] {
  if (action === 'switch.clear') return [`No switch "${subject}" is set`, board.switches.map(({ id }) => id)]
  if (action === 'traffic.clear') return [`No shares of "${subject}" are set`, (board.weights ?? []).map(({ route }) => route)]
  if (action === 'peer.restore') return [`The peer "${subject}" is not out of service`, (board.maintenance ?? []).map(drainedName)]
  return [`The limit "${subject}" is not overridden`, board.overrides.map(({ limit }) => limit)]
}
