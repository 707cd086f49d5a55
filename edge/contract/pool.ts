// A pool: the peers that can answer for a route, how one is chosen, and how long each step may take.

import Type from 'typebox'
import { BALANCE_FIELDS } from './balance.ts'
import { BreakerSchema } from './breaker.ts'
import { BulkheadSchema } from './bulkhead.ts'
import { CHOICE_FIELDS } from './choice.ts'
import { DeadlineField } from './deadline.ts'
import { DiscoverSchema } from './discover.ts'
import { HealthCheckSchema } from './health.ts'
import { HedgeSchema } from './hedge.ts'
import { Id } from './identifiers.ts'
import { PeerSchema } from './peer.ts'
import { RetrySchema } from './retry.ts'
import { StickySchema } from './sticky.ts'
import { DurationMs, HOUR_MS, MINUTE_MS } from './units.ts'

/** When a peer that fails is left out for a while. */
export const EjectionSchema = Type.Object(
  {
    consecutiveFailures: Type.Integer({ minimum: 1, maximum: 1000, default: 5, description: 'Failures in a row that eject a peer.' }),
    baseEjectionMs: DurationMs({
      minimum: 100,
      maximum: HOUR_MS,
      default: 5_000,
      description: 'First ejection; it doubles with each that follows.',
    }),
    maxEjectionMs: DurationMs({ minimum: 100, maximum: HOUR_MS, default: 5 * MINUTE_MS, description: 'The longest ejection.' }),
    maxEjectedRatio: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.5,
      description: 'No peer is ejected that would make more than this share of the pool be out at once, for whatever reason.',
    }),
    failureStatuses: Type.Array(Type.Integer({ minimum: 400, maximum: 599 }), {
      maxItems: 32,
      uniqueItems: true,
      default: [502, 503, 504],
      description: 'Statuses of answers that count as failures of the peer.',
    }),
    failureRatio: Type.Optional(
      Type.Number({
        minimum: 0.01,
        maximum: 1,
        description: 'This part of its requests failed within windowMs ejects a peer; not asked when left out.',
      }),
    ),
    slowFactor: Type.Optional(
      Type.Number({
        minimum: 1.5,
        maximum: 1000,
        description:
          'A mean time to the head of its answers this many times as long as is usual in its pool ejects a peer; not asked when left out.',
      }),
    ),
    slowMinMs: DurationMs({ minimum: 1, maximum: MINUTE_MS, default: 50, description: 'A mean time below this is never too slow.' }),
    windowMs: DurationMs({
      minimum: 1_000,
      maximum: HOUR_MS,
      default: 10_000,
      description: 'How far back failureRatio and slowFactor look.',
    }),
    minRequests: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 20,
      description: 'Requests of a peer within windowMs, seen by one worker, before failureRatio and slowFactor judge it.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'Passive ejection: a peer that keeps failing is left out for a while.' },
)
/** When a peer that fails is left out, and for how long. */
export type EjectionConfig = Type.Static<typeof EjectionSchema>

/** How peers are spoken to over TLS. */
export const PoolTlsSchema = Type.Object(
  {
    serverName: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._-]{1,253}$',
        description: 'The name asked for (SNI) and verified; the host of the request when left out.',
      }),
    ),
    verify: Type.Union([Type.Literal('on'), Type.Literal('off')], {
      default: 'on',
      description: 'Whether the certificate of a peer must be good.',
    }),
    caFile: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description: 'Who signs their certificates, PEM; the public authorities when left out.',
      }),
    ),
  },
  { additionalProperties: false, default: {}, description: 'TLS to the peers; used where scheme is https.' },
)
/** How peers are spoken to over TLS, defaults filled in. */
export type PoolTls = Type.Static<typeof PoolTlsSchema>

/** A pool of peers. */
export const PoolSchema = Type.Object(
  {
    peers: Type.Array(PeerSchema, { default: [], maxItems: 1000, description: 'Peers known beforehand.' }),
    discover: Type.Optional(DiscoverSchema),
    scheme: Type.Union([Type.Literal('http'), Type.Literal('https')], { default: 'http', description: 'How peers are spoken to.' }),
    tls: PoolTlsSchema,
    host: Type.Union([Type.Literal('client'), Type.Literal('peer')], {
      default: 'client',
      description: "The Host that peers see: the client's, or the peer's own address.",
    }),
    peersAre: Type.Union([Type.Literal('origins'), Type.Literal('edges')], {
      default: 'origins',
      description: 'Whether its peers are edges that trust this one: they are told who the client is and which limits it has paid.',
    }),
    ...BALANCE_FIELDS,
    ...CHOICE_FIELDS,
    sticky: Type.Optional(StickySchema),
    connectTimeoutMs: DurationMs({ minimum: 1, maximum: MINUTE_MS, default: 1_000, description: 'Until the connection stands.' }),
    firstByteTimeoutMs: DurationMs({
      minimum: 1,
      maximum: HOUR_MS,
      default: 10_000,
      description: 'From the request to the head of the answer, one try.',
    }),
    idleTimeoutMs: DurationMs({ minimum: 1, maximum: HOUR_MS, default: 30_000, description: 'The longest silence within a body.' }),
    totalTimeoutMs: DurationMs({
      minimum: 1,
      maximum: HOUR_MS,
      default: 30_000,
      description: 'All tries together, until the head of an answer is here.',
    }),
    tries: Type.Integer({
      minimum: 1,
      maximum: 10,
      default: 3,
      description: 'Peers tried at most, the first included; only what is safe to repeat is.',
    }),
    retry: RetrySchema,
    hedge: Type.Optional(HedgeSchema),
    deadlineField: Type.Optional(DeadlineField),
    maxConnections: Type.Integer({ minimum: 1, maximum: 65_535, default: 256, description: 'Connections to one peer from one worker.' }),
    maxQueued: Type.Integer({
      minimum: 0,
      maximum: 100_000,
      default: 1_024,
      description: 'Requests that may wait for a connection to one peer, from one worker; more get 503.',
    }),
    keepAliveMs: DurationMs({
      minimum: 0,
      maximum: HOUR_MS,
      default: 4_000,
      description: "How long an idle connection is kept; stay below the peer's own.",
    }),
    tunnelIdleTimeoutMs: DurationMs({
      minimum: 1_000,
      maximum: 24 * HOUR_MS,
      default: 5 * MINUTE_MS,
      description: 'The longest silence in both directions of a WebSocket.',
    }),
    maxTunnels: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 1_024,
      description: 'WebSockets to one peer from one worker; more get 503.',
    }),
    ejection: EjectionSchema,
    breaker: Type.Optional(BreakerSchema),
    healthCheck: Type.Optional(HealthCheckSchema),
    panicRatio: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.25,
      description:
        'With a smaller share of the peers usable all are used, whatever checks and failures say; peers in maintenance stay out. 0 is never.',
    }),
    bulkhead: Type.Optional(BulkheadSchema),
  },
  { additionalProperties: false, description: 'The peers that can answer, how one is chosen, and its deadlines.' },
)
/** A pool of peers, defaults filled in. */
export type PoolConfig = Type.Static<typeof PoolSchema>
/** The id of a pool. */
export const PoolId = Id('A pool of this site.')
