// Compression of answers on their way to clients. Off until a route names codings: an origin may compress by itself, and what goes out is
// otherwise exactly what it sent.

import Type from 'typebox'
import { KIB, MIB, SizeBytes } from './units.ts'

/** How a route compresses. */
export const CompressSchema = Type.Object(
  {
    codings: Type.Array(Type.Union([Type.Literal('br'), Type.Literal('zstd'), Type.Literal('gzip')]), {
      default: [],
      maxItems: 3,
      uniqueItems: true,
      description: 'Codings for clients that take them, the most wanted first; empty compresses nothing.',
    }),
    minBytes: SizeBytes({ minimum: 64, maximum: MIB, default: KIB, description: 'Shorter bodies are sent as they are.' }),
    answers: Type.Union([Type.Literal('shared'), Type.Literal('all')], {
      default: 'shared',
      description:
        'shared compresses what the cache keeps for everybody; all also what is for one client alone. Where such an answer holds a secret beside text that somebody else can choose, its compressed length tells the secret (BREACH).',
    }),
  },
  { additionalProperties: false, default: {}, description: 'Compression of text that its origin sends as it is.' },
)
/** How a route compresses, defaults filled in. */
export type CompressConfig = Type.Static<typeof CompressSchema>
/** A coding that answers are compressed with. */
export type AnswerCoding = CompressConfig['codings'][number]
