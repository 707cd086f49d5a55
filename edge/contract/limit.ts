// A limit: how much one key may do. Counting is by GCRA, exact across the workers of an edge.

import Type from 'typebox'
import { Id } from './identifiers.ts'
import { KeySourceText } from './key-source.ts'
import { RateText } from './units.ts'

/** A limit. */
export const LimitSchema = Type.Object(
  {
    rate: RateText('What one key may do in the long run.'),
    burst: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000_000,
        description: 'What one key may do at once; the count of the rate when left out.',
      }),
    ),
    key: KeySourceText({ default: 'address', description: 'Who pays. A request without that part pays by its address.' }),
    clients: Type.Union([Type.Literal('all'), Type.Literal('people'), Type.Literal('crawlers')], {
      default: 'all',
      description: 'Whom it counts.',
    }),
    fallback: Type.Optional(Id('A fallback of this site, sent instead of the plain 429 to who is over the limit.')),
  },
  { additionalProperties: false, description: 'How much one key may do.' },
)
/** A limit, defaults filled in. */
export type LimitConfig = Type.Static<typeof LimitSchema>
