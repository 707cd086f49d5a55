// The stream between an edge and its control plane: NDJSON, one message a line, both ways over one HTTP exchange.
// A reader drops messages of unknown types, so that either side can be newer; CONTRACT rises when meaning changes.

import Type from 'typebox'
import { Id } from './identifiers.ts'
import { MAX_BEAT_MIRRORS, MirrorReadingSchema } from './mirror-reading.ts'
import { ProblemSchema } from './problem.ts'
import { EndpointsSchema, PublicationSchema } from './publication.ts'
import { MAX_ORDERS, PurgeOrderSchema, PurgeSchema } from './purge.ts'
import { SwitchboardSchema } from './switchboard.ts'
import { MAX_TROUBLES, TroubleSchema } from './trouble.ts'
import { Count, DateMs } from './units.ts'

/** The version of this stream. */
export const CONTRACT = 1
/** The path at which the control plane takes streams. */
export const STREAM_PATH = '/v1/stream'
/** How often each side says something when there is nothing to say. */
export const BEAT_EVERY_MS = 1_000
/** The most groups that one beat tells of. */
export const MAX_GROUPS = 64
/** Silence after which either side takes the other for gone. */
export const SILENCE_MS = 10_000
/** The longest line either side reads. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024

const have = Type.Object(
  {
    revision: Count('The revision it serves; 0 before the first.'),
    switchSeq: Count('The switchboard it goes by; 0 before the first.'),
    endpointSeq: Count('The endpoints it goes by; 0 before the first.'),
    purgeSeq: Type.Optional(Count('The highest purge it goes by, on all its levels; absent from an edge that knows no purges.')),
    digest: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'The digest of the site it serves: after a lost store one number may mean two sites.',
      }),
    ),
  },
  { description: 'What the edge has.' },
)

const what = Type.Union([Type.Literal('publish'), Type.Literal('switches'), Type.Literal('endpoints'), Type.Literal('purge')], {
  description: 'The kind of message that is answered; of purges the last one of the message.',
})

/** The first line of an edge: who it is and what it has. */
export const HelloSchema = Type.Object({
  type: Type.Literal('hello'),
  edgeId: Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$', description: 'The name of the edge.' }),
  build: Type.String({ maxLength: 64, description: 'The version of its program.' }),
  contract: Count('The newest version of this stream that it speaks.', 1),
  startedAtMs: DateMs('When its process started.'),
  sentAtMs: Type.Optional(DateMs('When it said so, by its own clock; see beats.')),
  have,
})
/** The first line of an edge. */
export type Hello = Type.Static<typeof HelloSchema>

/** What an edge answers: it serves what it was sent. */
export const AckSchema = Type.Object({
  type: Type.Literal('ack'),
  what,
  seq: Count('The revision, or the sequence number.'),
  atMs: DateMs('Since when it serves it.'),
})
/** An edge refuses what it was sent, and says why; it goes on with what it has. */
export const NackSchema = Type.Object({
  type: Type.Literal('nack'),
  what,
  seq: Count('The revision, or the sequence number.'),
  problems: Type.Array(ProblemSchema, { maxItems: 100, description: 'Why it refuses.' }),
})
/** What an edge says of itself each beat. */
export const EdgeBeatSchema = Type.Object({
  type: Type.Literal('beat'),
  have,
  sentAtMs: Type.Optional(
    DateMs('When it said so, by its own clock; beats of the control plane say it back behind all purges until then.'),
  ),
  inFlight: Count('Requests being served now.'),
  requests: Count('Requests answered since it started.'),
  hitRatio: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'Share of cache lookups answered from the cache since the last beat; null when there were none.',
  }),
  workers: Count('Workers that serve.'),
  pressure: Type.Optional(Type.Integer({ minimum: 0, maximum: 4, description: 'How overloaded its worst worker is.' })),
  hotKeys: Type.Optional(
    Type.Array(
      Type.Object({
        key: Type.String({ maxLength: 512, description: 'The cache key, cut where it is longer.' }),
        ratePerS: Type.Number({ minimum: 0, maximum: 1_000_000_000, description: 'Lookups a second.' }),
      }),
      { maxItems: 20, description: 'The keys it is asked for most, the most wanted first.' },
    ),
  ),
  troubles: Type.Optional(Type.Array(TroubleSchema, { maxItems: MAX_TROUBLES, description: 'What is not in order in its pools.' })),
  groups: Type.Optional(
    Type.Array(
      Type.Object({
        route: Id('The route.'),
        group: Id('The group.'),
        requests: Count('Drawn requests that its pool was asked for since the last beat.'),
        failures: Count('Of them, those that its pool failed.'),
        times: Type.Array(Count('Requests.'), {
          maxItems: 64,
          description: 'Times to the head of the answer, by buckets that grow by 19 % from 1 ms.',
        }),
      }),
      { maxItems: MAX_GROUPS, description: 'How groups fare whose shares stand on the switchboard.' },
    ),
  ),
  mirrors: Type.Optional(
    Type.Array(MirrorReadingSchema, { maxItems: MAX_BEAT_MIRRORS, description: 'What came of its mirrors since it started.' }),
  ),
  redis: Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Literal('none')], {
    description: 'Whether Redis answers; none without Redis.',
  }),
})
/** What was purged at an edge, to be purged everywhere. */
export const OrdersSchema = Type.Object({
  type: Type.Literal('orders'),
  purges: Type.Array(PurgeOrderSchema, { minItems: 1, maxItems: MAX_ORDERS, description: 'In force at this edge already.' }),
})
/** What an edge sends. */
export const FromEdgeSchema = Type.Union([HelloSchema, AckSchema, NackSchema, OrdersSchema, EdgeBeatSchema], {
  $id: 'from-edge',
  title: 'Messages of an edge',
})
/** What an edge sends. */
export type FromEdge = Type.Static<typeof FromEdgeSchema>

/** What a control plane sends. */
export const FromControlSchema = Type.Union(
  [
    Type.Object({ type: Type.Literal('publish'), publication: PublicationSchema }),
    Type.Object({ type: Type.Literal('switches'), switchboard: SwitchboardSchema }),
    Type.Object({ type: Type.Literal('endpoints'), endpoints: EndpointsSchema }),
    Type.Object({
      type: Type.Literal('purge'),
      purges: Type.Array(PurgeSchema, { minItems: 1, maxItems: MAX_ORDERS, description: 'The next of the log, in its order.' }),
    }),
    Type.Object({
      type: Type.Literal('beat'),
      atMs: DateMs('The time at the control plane.'),
      echoAtMs: Type.Optional(DateMs('What the edge said last of when it spoke: all purges until then stand before this line.')),
    }),
  ],
  { $id: 'from-control', title: 'Messages of a control plane' },
)
/** What a control plane sends. */
export type FromControl = Type.Static<typeof FromControlSchema>
