// A bulkhead: how much of what the edge does a pool may take for itself, so that a slow one does not take the others with it.

import Type from 'typebox'
import { DurationMs, MINUTE_MS } from './units.ts'

const share = (whom: string, value: number) =>
  Type.Number({ minimum: 0.01, maximum: 1, default: value, description: `The share of maxInFlight that ${whom} may have at most.` })

/** Shares of what a pool may have in flight. */
export const SharesSchema = Type.Object(
  {
    high: share('routes of high priority', 1),
    normal: share('routes of normal priority', 1),
    low: share('routes of low priority', 0.5),
    crawlers: share('crawlers, on whatever route,', 0.2),
  },
  { additionalProperties: false, default: {}, description: 'Who may have how much; at least one request each.' },
)

/** Who waits for a pool that has all it may have. */
export const QueueSchema = Type.Object(
  {
    max: Type.Integer({
      minimum: 0,
      maximum: 100_000,
      default: 100,
      description: 'Requests that may wait in the whole edge; 0 lets none.',
    }),
    timeoutMs: DurationMs({
      minimum: 1,
      maximum: 10 * MINUTE_MS,
      default: 1_000,
      description: 'The longest wait. Who would likely wait longer is refused at once.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Who waits when there is no room: by priority, crawlers last, then in order.',
  },
)

/** How the limit of a bulkhead follows what the pool can do. */
export const AdaptiveSchema = Type.Object(
  {
    floor: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 10, description: 'The lowest limit; each worker begins with it.' }),
    tolerance: Type.Number({
      minimum: 1.1,
      maximum: 10,
      default: 2,
      description: 'How many times as long as when there is little to do answers may take before the limit shrinks.',
    }),
    windowMs: DurationMs({ minimum: 100, maximum: MINUTE_MS, default: 1_000, description: 'How often the limit is looked at.' }),
  },
  { additionalProperties: false, description: 'The limit follows how long answers take, up to maxInFlight; it is that when left out.' },
)

/** A bulkhead. */
export const BulkheadSchema = Type.Object(
  {
    maxInFlight: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'Requests that the whole edge may have at the pool at once.',
    }),
    shares: SharesSchema,
    queue: QueueSchema,
    adaptive: Type.Optional(AdaptiveSchema),
    holdUntil: Type.Union([Type.Literal('body'), Type.Literal('head')], {
      default: 'body',
      description: 'Until when a request counts: the end of the body of its answer, or the head of it.',
    }),
  },
  { additionalProperties: false, description: 'Bulkhead: at most so much at once at this pool, and a bounded queue; off when left out.' },
)
/** A bulkhead, defaults filled in. */
export type BulkheadConfig = Type.Static<typeof BulkheadSchema>
