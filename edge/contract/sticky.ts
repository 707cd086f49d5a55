// Sticky sessions: a client comes back to the peer that served it first, by a cookie.

import Type from 'typebox'
import { DAY_MS, DurationMs } from './units.ts'

/** The cookie that names a peer to its client. */
export const StickySchema = Type.Object(
  {
    cookie: Type.String({
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description: 'The name of the cookie; each pool needs its own.',
    }),
    ttlMs: DurationMs({
      minimum: 0,
      maximum: 365 * DAY_MS,
      default: 0,
      description: 'How long it is believed; it is given anew when less than half of that is left. 0 is as long as the browser keeps it.',
    }),
    path: Type.String({ pattern: '^/[!-:<-~]{0,255}$', default: '/', description: 'Its Path.' }),
    sameSite: Type.Union([Type.Literal('Lax'), Type.Literal('Strict'), Type.Literal('None')], {
      default: 'Lax',
      description: 'Its SameSite.',
    }),
    secure: Type.Union([Type.Literal('auto'), Type.Literal('always')], {
      default: 'auto',
      description: 'Whether it has Secure: where the client came by https, or always.',
    }),
  },
  {
    additionalProperties: false,
    description: 'A client comes back to the peer that served it first, by a signed cookie; off when left out.',
  },
)
/** The cookie that names a peer to its client, defaults filled in. */
export type StickyConfig = Type.Static<typeof StickySchema>
