// The site: everything that revisions carry. Immutable once published; an edge compiles it into a snapshot.

import Type from 'typebox'
import { ChangeRuleSchema } from './changes.ts'
import { ClientsSchema } from './client.ts'
import { FallbackSchema } from './degrade.ts'
import { ById, HOST_PATTERN, RANGE_PATTERN } from './identifiers.ts'
import { LimitSchema } from './limit.ts'
import { PoolSchema } from './pool.ts'
import { RouteSchema } from './route.ts'
import { KIB, SizeBytes } from './units.ts'

/** How request targets are made canonical before anything looks at them. */
export const NormaliseSchema = Type.Object(
  {
    mergeSlashes: Type.Union([Type.Literal('merge'), Type.Literal('keep')], {
      default: 'keep',
      description: 'Whether // in a path becomes /.',
    }),
    encodedSlash: Type.Union([Type.Literal('keep'), Type.Literal('refuse')], {
      default: 'keep',
      description: 'Whether %2F in a path is kept as it is or refused with 400.',
    }),
    maxTargetBytes: SizeBytes({
      minimum: 64,
      maximum: 64 * KIB,
      default: 8 * KIB,
      description: 'The longest request target; more gets 414.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'How request targets are made canonical (RFC 3986 §6).' },
)
/** How request targets are made canonical. */
export type NormaliseConfig = Type.Static<typeof NormaliseSchema>

/** The site. */
export const SiteSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, default: 'site', description: 'What people call it.' }),
    hosts: Type.Array(Type.String({ pattern: HOST_PATTERN, maxLength: 255 }), {
      default: ['*'],
      minItems: 1,
      maxItems: 10_000,
      description: 'Hosts of the routes that name none.',
    }),
    normalise: NormaliseSchema,
    clients: ClientsSchema,
    purge: Type.Object(
      {
        from: Type.Array(Type.String({ pattern: RANGE_PATTERN }), {
          default: [],
          maxItems: 1_000,
          description:
            'Address ranges from which PURGE requests are taken; with none, PURGE is a method like any other and goes to the origin.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'Who may purge at the edges themselves.' },
    ),
    pools: ById(PoolSchema, { max: 1_000, description: 'Pools of peers by id.' }),
    limits: ById(LimitSchema, { max: 1_000, description: 'Limits by id.' }),
    fallbacks: ById(FallbackSchema, { max: 1_000, description: 'Answers that need no origin, by id.' }),
    routes: ById(RouteSchema, { max: 20_000, description: 'Routes by id; the most specific one takes a request.' }),
    changes: ById(ChangeRuleSchema, { max: 1_000, description: 'Rules by id: what is purged when a row of a table changes.' }),
  },
  { additionalProperties: false, $id: 'site', title: 'Weir site', description: 'Routes, pools, limits and fallbacks of one site.' },
)
/** The site, defaults filled in. */
export type Site = Type.Static<typeof SiteSchema>
