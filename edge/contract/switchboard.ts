// The switchboard: what operators change within a second, beside the revisions. Every entry has an owner, a reason and an end,
// and ends by the edge's own clock, so a switch that nobody can reach any more still goes out.

import Type from 'typebox'
import { DegradeModeSchema } from './degrade.ts'
import { ADDRESS_PATTERN, ID_PATTERN, Id } from './identifiers.ts'
import { Percent } from './traffic.ts'
import { Count, DAY_MS, DateMs, RateText } from './units.ts'

/** The longest that a switch or an override may stand. */
export const MAX_STANDING_MS = 30 * DAY_MS

const standing = {
  owner: Type.String({ minLength: 1, maxLength: 128, description: 'Who set it.' }),
  reason: Type.String({ minLength: 1, maxLength: 512, description: 'Why, for who reads it at three in the morning.' }),
  setAtMs: DateMs('When it was set.'),
  expiresAtMs: DateMs('When it ends by itself.'),
}

/** A degrade switch. */
export const SwitchSchema = Type.Object(
  {
    id: Id('Its name; setting it again replaces it.'),
    routes: Type.Array(Id('A route.'), { maxItems: 1_000, description: 'Routes it touches; every route when empty.' }),
    clients: Type.Union([Type.Literal('all'), Type.Literal('people'), Type.Literal('crawlers')], { description: 'Whom it touches.' }),
    mode: DegradeModeSchema,
    ...standing,
  },
  { additionalProperties: false, description: 'Sets routes to a mode.' },
)
/** A degrade switch. */
export type Switch = Type.Static<typeof SwitchSchema>

/** A limit override. */
export const OverrideSchema = Type.Object(
  {
    limit: Id('The limit it changes.'),
    rate: RateText('The rate that stands meanwhile.'),
    burst: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000,
        description: 'The burst that stands meanwhile; the count of the rate when left out.',
      }),
    ),
    ...standing,
  },
  { additionalProperties: false, description: 'Changes a limit for a while; what was counted stays counted.' },
)
/** A limit override. */
export type Override = Type.Static<typeof OverrideSchema>

/** The shares of the groups of a route. */
export const WeightsSchema = Type.Object(
  {
    route: Id('The route.'),
    percents: Type.Record(Type.String({ pattern: ID_PATTERN }), Percent({ description: 'The share of a group.' }), {
      additionalProperties: false,
      maxProperties: 8,
      description: 'Shares by group; a group that is not named has none, and what is left is of the control group.',
    }),
    owner: standing.owner,
    reason: standing.reason,
    setAtMs: standing.setAtMs,
    expiresAtMs: Type.Optional(
      DateMs('When it ends by itself; never when left out, since a group that got all must not lose it by a clock.'),
    ),
  },
  { additionalProperties: false, description: 'Sets the shares of the groups of a route, in place of those in the site.' },
)
/** The shares of the groups of a route. */
export type Weights = Type.Static<typeof WeightsSchema>

/** A peer that is out of service. */
export const MaintenanceSchema = Type.Object(
  {
    pool: Type.Optional(Id('The pool; every pool that has the address when left out.')),
    address: Type.String({ pattern: ADDRESS_PATTERN, description: 'The peer, as its pool names it.' }),
    ...standing,
  },
  { additionalProperties: false, description: 'Takes a peer out of service: it gets no new requests, and finishes those it has.' },
)
/** A peer that is out of service. */
export type Maintenance = Type.Static<typeof MaintenanceSchema>

/** All switches and overrides, under one sequence number. */
export const SwitchboardSchema = Type.Object(
  {
    seq: Count('Grows by one with every change.'),
    switches: Type.Array(SwitchSchema, { maxItems: 1_000, description: 'The switches in force.' }),
    overrides: Type.Array(OverrideSchema, { maxItems: 1_000, description: 'The limit overrides in force.' }),
    weights: Type.Optional(
      Type.Array(WeightsSchema, { maxItems: 1_000, description: 'The shares in force; none when left out, so that older edges read it.' }),
    ),
    maintenance: Type.Optional(
      Type.Array(MaintenanceSchema, {
        maxItems: 1_000,
        description: 'Peers out of service; none when left out, so that older edges read it.',
      }),
    ),
  },
  { additionalProperties: false, $id: 'switchboard', title: 'Weir switchboard', description: 'Switches and limit overrides in force.' },
)
/** All switches and overrides, under one sequence number. */
export type Switchboard = Type.Static<typeof SwitchboardSchema>

/** The switchboard before anything was set. */
export const EMPTY_SWITCHBOARD: Switchboard = Object.freeze({ seq: 0, switches: [], overrides: [] })
