// The traffic of a route among groups: its own pool, the control group, and others beside it (a new version, another zone).

import Type from 'typebox'
import { ById, FIELD_NAME_PATTERN, Id } from './identifiers.ts'
import { PoolId } from './pool.ts'
import { predicates } from './predicates.ts'
import { DAY_MS, DurationMs, MINUTE_MS, SECOND_MS } from './units.ts'

/** The name of the group that is the route's own pool. */
export const CONTROL_GROUP = 'control'

/** The form of what a split tells clients apart by. */
export const SPLIT_KEY_PATTERN = '^(request|path|target|host|address|certificate|(header|cookie|query):[A-Za-z0-9_.-]{1,64})$'

/** A share in percent, with its default and sentence. */
export const Percent = (options: { default?: number; minimum?: number; description: string }) =>
  Type.Number({ minimum: 0, maximum: 100, ...options, 'x-unit': '%' })

/** A group beside the control group. */
export const GroupSchema = Type.Object(
  {
    pool: PoolId,
    writePool: Type.Optional(Id('A pool of this site for its unsafe methods; that of the route, or else its own pool, when left out.')),
    percent: Percent({ default: 0, description: 'The share it is given; what the groups leave is of the control group.' }),
    headers: predicates('Request fields that force it', FIELD_NAME_PATTERN),
    query: predicates('Query parameters that force it', '^.{1,128}$'),
    cookies: predicates('Cookies that force it', '^.{1,128}$'),
    cache: Type.Union([Type.Literal('own'), Type.Literal('shared')], {
      default: 'own',
      description: 'Whether its answers are kept apart; shared is for pools that answer alike, such as zones of one version.',
    }),
  },
  { additionalProperties: false, description: 'A group of requests with a pool of its own.' },
)
/** A group beside the control group, defaults filled in. */
export type GroupConfig = Type.Static<typeof GroupSchema>

/** The rule of a canary. */
export const CanarySchema = Type.Object(
  {
    group: Id('The group that has the new version.'),
    steps: Type.Array(Percent({ minimum: 0.01, description: 'A share.' }), {
      default: [1, 5, 25, 50, 100],
      minItems: 1,
      maxItems: 20,
      description: 'Its shares, one after the other.',
    }),
    stepMs: DurationMs({ minimum: SECOND_MS, maximum: DAY_MS, default: 5 * MINUTE_MS, description: 'How long each step lasts at least.' }),
    minRequests: Type.Integer({
      minimum: 10,
      maximum: 1_000_000,
      default: 50,
      description: 'Answers of its pool, and of the control group, that a step needs before it is judged at all.',
    }),
    maxErrorRatioMore: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.01,
      description: 'How far its share of failures (5xx, or no answer) may be above that of the control group; surely above sends it back.',
    }),
    maxLatencyRatio: Type.Number({
      minimum: 1,
      maximum: 100,
      default: 1.5,
      description: 'How many times the time to the head of an answer of the control group it may take; surely more sends it back.',
    }),
    latencyQuantile: Type.Number({
      minimum: 0.5,
      maximum: 0.999,
      default: 0.95,
      description: 'The quantile of the times that are compared.',
    }),
  },
  {
    additionalProperties: false,
    description: 'Grows the share of a group step by step, and takes it back when it fares worse than the control group.',
  },
)
/** The rule of a canary, defaults filled in. */
export type CanaryConfig = Type.Static<typeof CanarySchema>

/** How the requests of a route are split. */
export const SplitSchema = Type.Object(
  {
    by: Type.String({
      pattern: SPLIT_KEY_PATTERN,
      default: 'address',
      description:
        'Who stays in one group: cookie:NAME, header:NAME, address (also of who lacks the cookie or field) … ; request draws each request anew.',
    }),
    crawlers: Type.Union([Type.Literal('control'), Type.Literal('split')], {
      default: 'control',
      description: 'Whether crawlers are split too, or all stay with the control group.',
    }),
    canary: Type.Optional(CanarySchema),
    groups: ById(GroupSchema, { max: 8, description: 'Groups by id, beside "control", which is the pool of the route.' }),
  },
  {
    additionalProperties: false,
    description: 'Sends shares of the requests to other pools; the same client stays in its group as they grow.',
  },
)
/** How the requests of a route are split, defaults filled in. */
export type SplitConfig = Type.Static<typeof SplitSchema>
