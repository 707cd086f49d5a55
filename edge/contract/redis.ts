// Redis as an edge is told of it: where it is, and how long it is waited for.

import Type from 'typebox'
import { ADDRESS_PATTERN } from './identifiers.ts'
import { DAY_MS, DurationMs, KIB, MIB, MINUTE_MS, SizeBytes } from './units.ts'

/** Where Redis is and how long the edge waits for it. */
export const RedisSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^rediss?://',
      maxLength: 1024,
      description: 'redis://[user:password@]host:port[/db], or rediss:// over TLS.',
    }),
    topology: Type.Union([Type.Literal('single'), Type.Literal('cluster'), Type.Literal('sentinel')], {
      default: 'single',
      description: 'What the URL names: the one server, a node of a Redis Cluster, or a sentinel.',
    }),
    others: Type.Array(Type.String({ pattern: ADDRESS_PATTERN, description: 'HOST:PORT' }), {
      default: [],
      maxItems: 32,
      description: 'More nodes of the cluster, or more sentinels, for when the one of the URL is away.',
    }),
    sentinelName: Type.String({
      minLength: 1,
      maxLength: 128,
      default: 'mymaster',
      description: 'What the sentinels call the servers; user and password of the URL are for the servers.',
    }),
    sentinelPassword: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'For the sentinels themselves.' })),
    keyPrefix: Type.String({ pattern: '^[a-z0-9:_-]{0,32}$', default: 'weir:', description: 'What the keys of this site begin with.' }),
    lookupTimeoutMs: DurationMs({ minimum: 1, maximum: 10_000, default: 20, description: 'A lookup that takes longer is a miss.' }),
    chunkTimeoutMs: DurationMs({
      minimum: 1,
      maximum: MINUTE_MS,
      default: 1_000,
      description: 'What a lookup has besides, when the body is longer than 96 KiB and comes in chunks; longer is a miss.',
    }),
    ttlJitterRatio: Type.Number({
      minimum: 0,
      maximum: 0.5,
      default: 0.1,
      description:
        'The part of its time by which an entry may leave Redis earlier, drawn for each: what came together does not go together.',
    }),
    compressMinBytes: SizeBytes({
      minimum: 0,
      maximum: 64 * MIB,
      default: 16 * KIB,
      description: 'Texts of this length and more are compressed in Redis (zstd), when their origin has not done so; 0 is never.',
    }),
    fenceMs: DurationMs({
      minimum: 1_000,
      maximum: DAY_MS,
      default: 10 * MINUTE_MS,
      description: 'How long a removed URL refuses what was fetched before its removal; longer than any fetch takes.',
    }),
    connectTimeoutMs: DurationMs({ minimum: 10, maximum: 60_000, default: 1_000, description: 'Until a connection stands.' }),
    breakerFailures: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 5,
      description: 'Failures in a row after which Redis is left alone for a while.',
    }),
    breakerOpenMs: DurationMs({
      minimum: 10,
      maximum: MINUTE_MS,
      default: 1_000,
      description: 'How long it is left alone before one lookup tries again.',
    }),
  },
  { additionalProperties: false, description: 'The second cache level. Without it there is memory only.' },
)
/** Where Redis is, defaults filled in. */
export type RedisConfig = Type.Static<typeof RedisSchema>
