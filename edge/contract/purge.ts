// A purge: what is to be forgotten, and how.

import Type from 'typebox'
import { Id } from './identifiers.ts'
import { DurationMs } from './units.ts'

const mode = Type.Union([Type.Literal('soft'), Type.Literal('hard')], {
  default: 'hard',
  description: 'soft makes what matches stale, so that it can be validated or stand in for a failing origin; hard forgets it.',
})
const againAfterMs = DurationMs({
  minimum: 0,
  maximum: 60_000,
  default: 0,
  description: 'The same purge once more, this much later, for origins that read replicas that lag (delayed double delete); 0 for once.',
})
const how = { mode, againAfterMs }
/** The longest text that a purge may match by. */
const MAX_TEXT = 8_192

/** What is to be forgotten, in all its variants and on all levels. */
export const PurgeOrderSchema = Type.Union(
  [
    Type.Object(
      {
        by: Type.Literal('url'),
        url: Type.String({
          minLength: 1,
          maxLength: MAX_TEXT,
          pattern: '^https?://',
          description: 'Scheme, host, path and query, as clients ask for it.',
        }),
        ...how,
      },
      { additionalProperties: false, description: 'One URL, whatever else is in its key.' },
    ),
    Type.Object(
      {
        by: Type.Literal('prefix'),
        prefix: Type.String({
          minLength: 1,
          maxLength: MAX_TEXT,
          pattern: '^https?://[^/]+/',
          description: 'Scheme, host and the beginning of a path.',
        }),
        ...how,
      },
      { additionalProperties: false, description: 'Every URL that begins so.' },
    ),
    Type.Object(
      {
        by: Type.Literal('tag'),
        tag: Type.String({
          minLength: 1,
          maxLength: 1_024,
          description: 'A label of Surrogate-Key, Cache-Tag or Cache-Groups; case matters.',
        }),
        ...how,
      },
      { additionalProperties: false, description: 'Every answer that has the label.' },
    ),
    Type.Object(
      { by: Type.Literal('route'), route: Id('A route.'), ...how },
      { additionalProperties: false, description: 'What a route keeps.' },
    ),
    Type.Object({ by: Type.Literal('all'), ...how }, { additionalProperties: false, description: 'Everything.' }),
  ],
  { $id: 'purge-order', title: 'Weir purge', description: 'What is to be forgotten.' },
)
/** What is to be forgotten, defaults filled in. */
export type PurgeOrder = Type.Static<typeof PurgeOrderSchema>
