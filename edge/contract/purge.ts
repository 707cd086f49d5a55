// A purge: what is to be forgotten, and how.

import Type from 'typebox'
import { Id } from './identifiers.ts'
import { Count, DurationMs } from './units.ts'

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
      {
        by: Type.Literal('group'),
        origin: Type.String({ maxLength: 300, pattern: '^https?://[^/]+$', description: 'Scheme and host, as clients ask for them.' }),
        group: Type.String({ minLength: 1, maxLength: 1_024, description: 'A group of that origin; case matters.' }),
        ...how,
      },
      { additionalProperties: false, description: 'What one origin put into a group (RFC 9875).' },
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

/** The most orders that are handed in, or sent, at once. */
export const MAX_ORDERS = 1_000

/** A purge as edges get it: an order with its place in the log. */
export const PurgeSchema = Type.Object(
  {
    seq: Count('Its number; each purge has one, and later ones are higher.', 1),
    order: PurgeOrderSchema,
  },
  { additionalProperties: false, description: 'A purge with its place in the log.' },
)
/** A purge with its place in the log. */
export type Purge = Type.Static<typeof PurgeSchema>

/** What an edge is told that missed more than the log still has: everything up to that number is gone. */
export function everythingUpTo(seq: number): Purge {
  return { seq, order: { by: 'all', mode: 'hard', againAfterMs: 0 } }
}
