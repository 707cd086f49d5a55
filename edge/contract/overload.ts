// Overload: when an edge has more to do than it can, it serves fewer rather than all of them badly, and never runs out of memory.

import Type from 'typebox'
import { DurationMs, MIB, MINUTE_MS, SizeBytes } from './units.ts'

/** When a worker counts as overloaded. Crawlers are shed first, then low-priority routes, then the rest; last, it accepts nothing new. */
export const OverloadSchema = Type.Object(
  {
    loopDelayMs: DurationMs({
      minimum: 10,
      maximum: MINUTE_MS,
      default: 200,
      description:
        'How late its event loop may run before crawlers are shed; at twice as much low-priority routes are too, at four times all but high priority, at eight times those as well.',
    }),
    heapRatio: Type.Number({
      minimum: 0.1,
      maximum: 1,
      default: 0.85,
      description:
        'The share of its heap limit that may be in use before crawlers are shed; halfway from there to full low-priority routes are too.',
    }),
    maxInFlight: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 20_000,
      description:
        'Requests at once in one worker: crawlers are shed at half of it, low-priority routes at three quarters, all but high priority at the whole, those at twice as many.',
    }),
    bufferMaxBytes: SizeBytes({
      minimum: MIB,
      maximum: 1_048_576 * MIB,
      default: 256 * MIB,
      description: 'Bodies and queues that one worker may hold at once; beyond it nothing new is held: no cache fill, no request body.',
    }),
    retryAfterMs: DurationMs({
      minimum: 0,
      maximum: 60 * MINUTE_MS,
      default: 2_000,
      description: 'Retry-After of the 503 for who is shed.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'When a worker counts as overloaded, and what it does then.' },
)
/** When a worker counts as overloaded, defaults filled in. */
export type OverloadConfig = Type.Static<typeof OverloadSchema>
