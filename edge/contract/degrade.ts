// Degradation: serving less so that something is served at all. A route has a plan of its own; switches (see switchboard.ts) set the mode from outside.

import Type from 'typebox'
import { Id } from './identifiers.ts'
import { WhenDownSchema } from './stand-in.ts'

const modes = [Type.Literal('cache-only'), Type.Literal('static'), Type.Literal('fallback'), Type.Literal('closed')] as const

/** What a switch can set a route to, from mild to severe. */
export const DegradeModeSchema = Type.Union([...modes], {
  description:
    'cache-only answers from the cache, however stale, and never asks the origin; static does so too, and what the cache has not comes from the copies on disk; fallback sends the fallback of the route; closed answers 503.',
})
/** What a switch can set a route to. */
export type DegradeMode = Type.Static<typeof DegradeModeSchema>
/** The mode a request is served in. */
export type Mode = 'normal' | DegradeMode

/** Modes from mild to severe: where several switches touch a route, the severest stands. */
export const MODE_SEVERITY: Readonly<Record<Mode, number>> = {
  normal: 0,
  'cache-only': 1,
  static: 2,
  fallback: 3,
  closed: 4,
}

/** How a route degrades. */
export const DegradeSchema = Type.Object(
  {
    crawlers: Type.Union([Type.Literal('normal'), ...modes], {
      default: 'normal',
      description: 'The mode that crawlers are always served in.',
    }),
    fallback: Type.Optional(
      Id('A fallback of this site: sent in fallback mode, for a miss in cache-only mode, and when the pool cannot answer.'),
    ),
    whenDown: WhenDownSchema,
    staticEveryMs: Type.Integer({
      minimum: 0,
      maximum: 86_400_000,
      default: 0,
      description:
        'How often the latest good answer of each page is copied to disk, to be sent in static mode and when the pool cannot answer; 0 keeps no copies.',
      'x-unit': 'ms',
    }),
    retryAfterMs: Type.Integer({
      minimum: 0,
      maximum: 86_400_000,
      default: 5_000,
      description: 'Retry-After of the 503 answers of this route.',
      'x-unit': 'ms',
    }),
  },
  { additionalProperties: false, default: {}, description: 'How the route serves less when it must.' },
)
/** How a route degrades, defaults filled in. */
export type DegradeConfig = Type.Static<typeof DegradeSchema>

/** An answer kept in the configuration. */
export const FallbackSchema = Type.Object(
  {
    status: Type.Integer({ minimum: 200, maximum: 599, default: 503, description: 'The status of the answer.' }),
    contentType: Type.String({ pattern: '^[\\x20-\\x7e]{1,128}$', default: 'text/html; charset=utf-8', description: 'Its Content-Type.' }),
    body: Type.String({ maxLength: 262_144, default: '', description: 'Its body.' }),
    bodyFile: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_024,
        description:
          'A file with its body, beside the file of the site; what reads the site from a file puts its content into body (262144 characters at most).',
      }),
    ),
    template: Type.Union([Type.Literal('no'), Type.Literal('yes')], {
      default: 'no',
      description:
        'Whether {{status}}, {{retryAfterS}}, {{requestId}}, {{host}} and {{path}} in the body stand for what they name, escaped for HTML.',
    }),
  },
  { additionalProperties: false, description: 'An answer that needs no origin.' },
)
/** An answer kept in the configuration, defaults filled in. */
export type FallbackConfig = Type.Static<typeof FallbackSchema>
