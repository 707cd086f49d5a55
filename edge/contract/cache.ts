// What a route keeps of its answers. The origin's own Cache-Control always rules (RFC 9111); these fields fill its silences and set bounds.

import Type from 'typebox'
import { CacheKeySchema, CacheUnkeyedSchema, CacheVarySchema } from './cache-key.ts'
import { CacheReading } from './cache-reading.ts'
import { DAY_MS, DurationMs, KIB, MIB, SizeBytes } from './units.ts'

/** How a route uses the cache. */
export const CacheSchema = Type.Object(
  {
    store: Type.Union([Type.Literal('standard'), Type.Literal('off')], {
      default: 'standard',
      description: 'standard keeps what RFC 9111 allows; off keeps nothing and looks nothing up.',
    }),
    defaultTtlMs: DurationMs({
      minimum: 0,
      maximum: 365 * DAY_MS,
      default: 0,
      description: 'Freshness of an answer whose origin says nothing; 0 keeps none.',
    }),
    maxTtlMs: DurationMs({
      minimum: 0,
      maximum: 365 * DAY_MS,
      default: 30 * DAY_MS,
      description: 'No answer is fresh for longer, whatever its origin says.',
    }),
    staleIfErrorMs: DurationMs({
      minimum: 0,
      maximum: 30 * DAY_MS,
      default: 60_000,
      description: 'How long past freshness an answer may stand in for a failing origin that named no stale-if-error itself (RFC 5861 §4).',
    }),
    keepStaleMs: DurationMs({
      minimum: 0,
      maximum: 30 * DAY_MS,
      default: 600_000,
      description: 'How long past freshness an answer is kept for revalidation and outages.',
    }),
    maxEntryBytes: SizeBytes({
      minimum: KIB,
      maximum: 64 * MIB,
      default: 2 * MIB,
      description: 'Longer bodies pass through and are not kept.',
    }),
    maxVariants: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 64,
      description: 'Variants kept of one URL (Vary); the oldest gives way.',
    }),
    rangeMiss: Type.Union([Type.Literal('part'), Type.Literal('whole')], {
      default: 'part',
      description:
        'What the origin is asked for when a client wants a range that is not kept: the part alone, or the whole, to be kept and cut here (for files within maxEntryBytes).',
    }),
    coalesceTimeoutMs: DurationMs({
      minimum: 0,
      maximum: 60_000,
      default: 5_000,
      description: 'How long a request waits for another one that fetches the same answer.',
    }),
    coalesceMaxWaiters: Type.Integer({
      minimum: 0,
      maximum: 100_000,
      default: 10_000,
      description: 'Requests that may wait for one fetch; more go to the origin.',
    }),
    coalesceAcross: Type.Union([Type.Literal('edge'), Type.Literal('cluster')], {
      default: 'cluster',
      description:
        'Who waits for one fetch: requests at one edge, whichever of its workers has them, or, where there is Redis, at all edges that share it.',
    }),
    crawlerFills: Type.Union([Type.Literal('l2-only'), Type.Literal('all')], {
      default: 'l2-only',
      description:
        'Where answers that crawlers asked for are kept: in Redis only, so that a crawl cannot push out what people read, or in memory too.',
    }),
    key: CacheKeySchema,
    vary: CacheVarySchema,
    unkeyed: CacheUnkeyedSchema,
    ...CacheReading,
    writesForget: Type.Union([Type.Literal('here'), Type.Literal('everywhere')], {
      default: 'here',
      description:
        'Where a page is forgotten after an unsafe request to it was answered without error: at this edge and in Redis, or everywhere, by a purge of its URL through the control plane (10 a second from each worker). Not for routes where anybody may write as often as he likes.',
    }),
    stripTagFields: Type.Array(Type.Union([Type.Literal('surrogate-key'), Type.Literal('cache-tag'), Type.Literal('cache-groups')]), {
      default: ['surrogate-key'],
      maxItems: 3,
      description: 'Fields with labels to purge by that are read here and not passed on to clients.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'What is kept of the answers, for how long, and under which key.' },
)
/** How a route uses the cache, defaults filled in. */
export type CacheConfig = Type.Static<typeof CacheSchema>
