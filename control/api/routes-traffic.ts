// Traffic: shares of groups set by hand, and shifts, which set them step by step.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Id } from '../../edge/contract/identifiers.ts'
import { type Shares, sharesOf } from '../domain/shares.ts'
import { type NewShift, NewShiftSchema } from '../domain/shift-order.ts'
import { inForce } from '../domain/switches.ts'
import { clearWeights, setWeights, type WeightsOrder, WeightsOrderSchema } from '../domain/weights.ts'
import type { ApiContext } from './context.ts'
import { actorOf } from './guard.ts'
import { WaitQuerySchema, waitOf } from './query.ts'
import { refuse } from './refusal.ts'
import { applyChange } from './routes-switches.ts'
import type { ShiftAct, ShiftOutcome } from './shift-desk.ts'

const ParamsSchema = Type.Object({ route: Id('A route of the site.') })
const ActParamsSchema = Type.Object({
  ...ParamsSchema.properties,
  act: Type.Union([Type.Literal('pause'), Type.Literal('resume'), Type.Literal('advance'), Type.Literal('return')], {
    description: 'What is done with it.',
  }),
})
const ReasonSchema = Type.Object(
  { reason: Type.String({ maxLength: 512, default: '', description: 'Why, for who reads it at night.' }) },
  { additionalProperties: false },
)
const ClearQuerySchema = Type.Object({ ...WaitQuerySchema.properties, ...ReasonSchema.properties }, { additionalProperties: false })
type Wait = Type.Static<typeof WaitQuerySchema>
type Params = Type.Static<typeof ParamsSchema>

/** Adds shares and shifts. */
export function addTrafficRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get('/v1/traffic', { config: { action: 'read' } }, () => ({ routes: splitRoutes(context), shifts: context.shifts.list() }))
  addShareRoutes(app, context)
  addShiftRoutes(app, context)
}

function addShareRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, clock, shifts } = context
  const config = { action: 'switch' } as const
  const busy = (reply: FastifyReply, route: string) =>
    refuse(reply, 'conflict', `A shift of "${route}" is under way, which sets its shares; return it or let it end first.`)

  app.put<{ Params: Params; Body: WeightsOrder; Querystring: Wait }>(
    '/v1/traffic/:route',
    { config, schema: { params: ParamsSchema, body: WeightsOrderSchema, querystring: WaitQuerySchema } },
    async (request, reply) => {
      const { route } = request.params
      if (shifts.isBusy(route)) return busy(reply, route)
      const by = { owner: actorOf(request).name, nowMs: clock.wallMs() }
      const change = setWeights(store.switchboard(), store.current()?.site ?? null, { route, ...request.body }, by)
      const { reason, ...order } = request.body
      return applyChange(context, request, reply, { change, deed: { action: 'traffic.set', subject: route, reason, change: order } })
    },
  )

  app.delete<{ Params: Params; Querystring: Type.Static<typeof ClearQuerySchema> }>(
    '/v1/traffic/:route',
    { config, schema: { params: ParamsSchema, querystring: ClearQuerySchema } },
    async (request, reply) => {
      const { route } = request.params
      if (shifts.isBusy(route)) return busy(reply, route)
      const change = clearWeights(store.switchboard(), route, clock.wallMs())
      const { reason } = request.query
      return applyChange(context, request, reply, { change, deed: { action: 'traffic.clear', subject: route, reason, change: {} } })
    },
  )
}

function addShiftRoutes(app: FastifyInstance, context: ApiContext): void {
  const { shifts } = context
  const config = { action: 'switch' } as const

  app.post<{ Params: Params; Body: NewShift; Querystring: Wait }>(
    '/v1/shifts/:route',
    { config, schema: { params: ParamsSchema, body: NewShiftSchema, querystring: WaitQuerySchema } },
    (request, reply) => answer(context, request, reply, shifts.start(request.params.route, request.body, actorOf(request))),
  )

  app.post<{ Params: Params & { act: ShiftAct }; Body: Type.Static<typeof ReasonSchema>; Querystring: Wait }>(
    '/v1/shifts/:route/:act',
    { config, schema: { params: ActParamsSchema, body: ReasonSchema, querystring: WaitQuerySchema } },
    (request, reply) => {
      const { route, act } = request.params
      return answer(context, request, reply, shifts.act(route, act, request.body.reason, actorOf(request)))
    },
  )
}

async function answer({ shifts, publisher }: ApiContext, request: FastifyRequest, reply: FastifyReply, outcome: ShiftOutcome) {
  if (outcome.kind === 'refused') return refuse(reply, 'conflict', outcome.because)
  const edges = await publisher.confirmation('switches', outcome.seq, waitOf(request.query as Wait))
  return { seq: outcome.seq, shift: shifts.view(outcome.shift), edges }
}

/** Every route that has groups, with the shares in force, and who set them. */
function splitRoutes({ store, clock }: ApiContext) {
  const site = store.current()?.site ?? null
  const board = inForce(store.switchboard(), clock.wallMs())
  return Object.entries(site?.routes ?? {}).flatMap(([route, { split }]) => {
    const shares: Shares | null = split === undefined ? null : sharesOf(site, board, route, clock.wallMs())
    const set = board.weights?.find((each) => each.route === route) ?? null
    return shares === null ? [] : [{ route, shares, set, hasCanary: split?.canary !== undefined }]
  })
}
