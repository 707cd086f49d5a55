// Hedging: a read that takes longer than nearly all others is asked of a second peer too, and the first answer counts.

import Type from 'typebox'
import { DurationMs, MINUTE_MS } from './units.ts'

/** When a read is asked of a second peer. */
export const HedgeSchema = Type.Object(
  {
    afterPercentile: Type.Number({
      minimum: 0.5,
      maximum: 0.999,
      default: 0.95,
      description: 'A second peer is asked once a read takes longer than this share of those before it.',
    }),
    minMs: DurationMs({ minimum: 1, maximum: MINUTE_MS, default: 10, description: 'Never sooner than that.' }),
    maxShare: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.05,
      description: 'Second requests at most, as a share of the reads in the last 10 s, at each worker.',
    }),
  },
  {
    additionalProperties: false,
    description: 'Asks a second peer when a GET or HEAD without a body is slow; the first answer counts. Off when left out.',
  },
)
/** When a read is asked of a second peer, defaults filled in. */
export type HedgeConfig = Type.Static<typeof HedgeSchema>
