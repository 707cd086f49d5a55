// A route: which requests it takes and what happens to them. The most specific route wins, so their order says nothing.

import Type from 'typebox'
import { BatchSchema } from './batch.ts'
import { BreakerSchema } from './breaker.ts'
import { CacheSchema } from './cache.ts'
import { CompressSchema } from './compress.ts'
import { RouteTimeoutMs } from './deadline.ts'
import { DegradeSchema } from './degrade.ts'
import { FIELD_NAME_PATTERN, HOST_PATTERN, Id, PATH_PATTERN } from './identifiers.ts'
import { MirrorSchema } from './mirror.ts'
import { PoolId } from './pool.ts'
import { predicates } from './predicates.ts'
import { SplitSchema } from './traffic.ts'
import { MIB, SizeBytes } from './units.ts'

/** A route. */
export const RouteSchema = Type.Object(
  {
    hosts: Type.Array(Type.String({ pattern: HOST_PATTERN, maxLength: 255 }), {
      default: [],
      maxItems: 1000,
      description: 'Hosts it takes: exact, *.example.org, or *. Those of the site when left out.',
    }),
    path: Type.String({
      pattern: PATH_PATTERN,
      maxLength: 2048,
      default: '/*',
      description: 'The path it takes: /cart exactly, /product/* with all below, /user/{id}/orders with any one segment for {id}.',
    }),
    methods: Type.Array(Type.String({ pattern: '^[A-Z]{1,32}$' }), {
      default: [],
      maxItems: 32,
      description: 'Methods it takes; all when left out.',
    }),
    headers: predicates('Request fields', FIELD_NAME_PATTERN),
    query: predicates('Query parameters', '^.{1,128}$'),
    cookies: predicates('Cookies', '^.{1,128}$'),
    pool: Type.Optional(PoolId),
    writePool: Type.Optional(Id('A pool of this site for unsafe methods (RFC 9110 §9.2.1): all but GET, HEAD, OPTIONS and TRACE.')),
    crawlerPool: Type.Optional(Id('A pool of this site that crawlers are sent to instead.')),
    split: Type.Optional(SplitSchema),
    respond: Type.Optional(Id('A fallback of this site that answers every request of this route; no pool is asked.')),
    cache: CacheSchema,
    compress: CompressSchema,
    limits: Type.Array(Id('A limit of this site.'), {
      default: [],
      maxItems: 16,
      description: 'Limits that every request pays; all must allow it, else none is paid.',
    }),
    degrade: DegradeSchema,
    priority: Type.Union([Type.Literal('high'), Type.Literal('normal'), Type.Literal('low')], {
      default: 'normal',
      description: 'Who is shed when the edge is overloaded: crawlers first, then low, then normal, high last of all.',
    }),
    websocket: Type.Union([Type.Literal('allow'), Type.Literal('refuse')], {
      default: 'allow',
      description: 'Whether a WebSocket may be opened; refuse serves such a request as an ordinary one.',
    }),
    hsts: Type.Optional(
      Type.Object(
        {
          maxAgeS: Type.Integer({
            minimum: 0,
            maximum: 63_072_000,
            default: 31_536_000,
            description: 'Seconds that browsers shall keep to https.',
            'x-unit': 's',
          }),
          includeSubDomains: Type.Union([Type.Literal('yes'), Type.Literal('no')], {
            default: 'no',
            description: 'Whether names below this host are meant too.',
          }),
        },
        { additionalProperties: false, description: 'Strict-Transport-Security on answers over https (RFC 6797).' },
      ),
    ),
    breaker: Type.Optional(BreakerSchema),
    timeoutMs: Type.Optional(RouteTimeoutMs),
    maxBodyBytes: SizeBytes({
      minimum: 0,
      maximum: 65_536 * MIB,
      default: 1_024 * MIB,
      description: 'The longest request body; more gets 413.',
    }),
    mirror: Type.Optional(MirrorSchema),
    batch: Type.Optional(BatchSchema),
  },
  { additionalProperties: false, description: 'Which requests it takes and what happens to them.' },
)
/** A route, defaults filled in. */
export type RouteConfig = Type.Static<typeof RouteSchema>
