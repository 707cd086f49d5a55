// A circuit breaker: when a pool that keeps failing is left in peace, and how it is tried again.

import Type from 'typebox'
import { DurationMs, HOUR_MS, MINUTE_MS } from './units.ts'

/** When calls are no longer made, for how long, and what ends that. */
export const BreakerSchema = Type.Object(
  {
    windowMs: DurationMs({ minimum: 1_000, maximum: 10 * MINUTE_MS, default: 10_000, description: 'The last while that ratios are of.' }),
    minRequests: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 20,
      description: 'Requests in the window, at one worker, below which no ratio counts.',
    }),
    failureRatio: Type.Number({ minimum: 0.01, maximum: 1, default: 0.5, description: 'It opens when this share of the requests failed.' }),
    slowMs: Type.Optional(
      DurationMs({
        minimum: 1,
        maximum: HOUR_MS,
        description: 'An answer whose head takes longer is slow; left out, none is.',
      }),
    ),
    slowRatio: Type.Number({ minimum: 0.01, maximum: 1, default: 0.8, description: 'It opens when this share of the requests was slow.' }),
    consecutiveFailures: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'It opens after so many failures in a row, however few requests there are.',
      }),
    ),
    openMs: DurationMs({
      minimum: 100,
      maximum: HOUR_MS,
      default: 5_000,
      description: 'How long it is open at first; it doubles each time that the probes fail, or that it opens again as soon as that.',
    }),
    maxOpenMs: DurationMs({ minimum: 100, maximum: HOUR_MS, default: MINUTE_MS, description: 'The longest that it is open at a stretch.' }),
    jitterRatio: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'By up to this share it is open shorter, by chance, so that not all edges probe at once.',
    }),
    probes: Type.Integer({ minimum: 1, maximum: 1_000, default: 1, description: 'Requests let through at once while it is half-open.' }),
    successes: Type.Integer({ minimum: 1, maximum: 10_000, default: 3, description: 'Probes that must succeed before it closes.' }),
  },
  { additionalProperties: false, description: 'Circuit breaker: while it is open nobody is sent there; off when left out.' },
)
/** When calls are no longer made, defaults filled in. */
export type BreakerConfig = Type.Static<typeof BreakerSchema>
