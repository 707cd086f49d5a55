// Which peers of a pool are asked first, which later, and which not at all.

import Type from 'typebox'
import { DurationMs, HOUR_MS } from './units.ts'

/** A zone, as peers and edges name theirs. */
export const ZONE_PATTERN = '^[A-Za-z0-9._-]{1,64}$'

/** Whether the zone of a peer matters. */
const ZonesSchema = Type.Union([Type.Literal('prefer'), Type.Literal('ignore')], {
  default: 'ignore',
  description: "Whether peers in the edge's own zone are asked before others of their priority.",
})

/** Which of its peers a pool takes. */
const SubsetSchema = Type.Object(
  {
    tags: Type.Array(Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$' }), {
      default: [],
      maxItems: 32,
      description: 'Only peers with all of these tags.',
    }),
    meta: Type.Record(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }), Type.String({ maxLength: 256 }), {
      default: {},
      additionalProperties: false,
      maxProperties: 32,
      description: 'Only peers whose labels have all of these values.',
    }),
    whenEmpty: Type.Union([Type.Literal('none'), Type.Literal('all')], {
      default: 'none',
      description: 'Whom the pool has when no peer fits: nobody, or all peers as if there were no subset.',
    }),
  },
  { additionalProperties: false, description: 'Only peers with these labels belong to the pool.' },
)
/** Which of its peers a pool takes, defaults filled in. */
export type SubsetConfig = Type.Static<typeof SubsetSchema>

/** The fields of a pool that say who is asked before whom. */
export const CHOICE_FIELDS = {
  zones: ZonesSchema,
  subset: Type.Optional(SubsetSchema),
  slowStartMs: DurationMs({
    minimum: 0,
    maximum: HOUR_MS,
    default: 0,
    description: 'How long a peer that is new or back takes to get its whole share, from a tenth on; 0 is at once.',
  }),
  latencyDecayMs: DurationMs({
    minimum: 100,
    maximum: HOUR_MS,
    default: 10_000,
    description: 'How fast peak-ewma forgets how long a peer took: to a third of its weight in that time.',
  }),
} as const
