// Retries: what is asked of another peer after one failed, how fast, and how much of it a pool bears. Which faults may be repeated at
// all is the word of the error table; which methods, that of RFC 9110 §9.2.2.

import Type from 'typebox'
import { DurationMs, MINUTE_MS } from './units.ts'

/** How many requests may be sent again, beside those that are sent anyway. */
export const RetryBudgetSchema = Type.Object(
  {
    share: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.2,
      description: 'Retries at most, as a share of the requests to this pool in the last 10 s, at each worker.',
    }),
    floorPerS: Type.Number({
      minimum: 0,
      maximum: 10_000,
      default: 3,
      description: 'Retries a second that there may be beside that share, on average over 10 s, so that a quiet pool can retry too.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'How much more peers are asked when they fail: an outage must not multiply its load.',
  },
)
/** How many requests may be sent again. */
export type RetryBudgetConfig = Type.Static<typeof RetryBudgetSchema>

/** When a request is sent to another peer, and after what pause. */
export const RetrySchema = Type.Object(
  {
    statuses: Type.Array(Type.Integer({ minimum: 400, maximum: 599 }), {
      default: [502, 503, 504],
      maxItems: 32,
      description: 'Answers for which an idempotent request is sent to another peer; the last one is passed on as it is.',
    }),
    tryShare: Type.Number({
      minimum: 0.05,
      maximum: 1,
      default: 0.5,
      description: 'The share of the time left that a try may take when another peer could be asked after it; 1 leaves nothing for that.',
    }),
    backoffBaseMs: DurationMs({
      minimum: 0,
      maximum: MINUTE_MS,
      default: 25,
      description:
        'Longest pause before the second retry; it doubles with each that follows, and chance decides how much of it passes. The first goes at once.',
    }),
    backoffMaxMs: DurationMs({ minimum: 0, maximum: MINUTE_MS, default: 250, description: 'The longest pause before a retry.' }),
    budget: RetryBudgetSchema,
  },
  { additionalProperties: false, default: {}, description: 'When a request is sent to another peer, and how often.' },
)
/** When a request is sent to another peer. */
export type RetryConfig = Type.Static<typeof RetrySchema>
