// Active checks: who asks the peers of a pool whether they are well, how, and how many answers it takes to believe one.

import Type from 'typebox'
import { DurationMs, HOUR_MS, MINUTE_MS } from './units.ts'

/** Whether active checks take a peer for well. */
export const PeerHealthSchema = Type.Union([Type.Literal('healthy'), Type.Literal('unhealthy')])
/** Whether active checks take a peer for well. */
export type PeerHealth = Type.Static<typeof PeerHealthSchema>

/** The form of what a check asks for: a path, perhaps with a query. */
export const CHECK_PATH_PATTERN = '^/[\\x21\\x22\\x24-\\x7e]{0,1023}$'
/** The form of the Host of a check. */
export const CHECK_HOST_PATTERN = '^[A-Za-z0-9._:\\[\\]-]{1,255}$'
/** The form of expected statuses: one, or a range. */
export const STATUS_RANGE_PATTERN = '^[1-5][0-9]{2}(-[1-5][0-9]{2})?$'

/** How the peers of a pool are asked whether they are well. */
export const HealthCheckSchema = Type.Object(
  {
    kind: Type.Union([Type.Literal('http'), Type.Literal('tcp')], {
      default: 'http',
      description: 'http sends a request; tcp only connects (in a pool that speaks TLS, until the handshake is done).',
    }),
    method: Type.Union([Type.Literal('GET'), Type.Literal('HEAD')], { default: 'GET', description: 'The method of the request.' }),
    path: Type.String({
      pattern: CHECK_PATH_PATTERN,
      default: '/',
      description: 'Path and query that are asked for.',
    }),
    host: Type.Optional(
      Type.String({
        pattern: CHECK_HOST_PATTERN,
        description: "The Host that is asked for; the peer's address when left out.",
      }),
    ),
    statuses: Type.Array(Type.String({ pattern: STATUS_RANGE_PATTERN }), {
      minItems: 1,
      maxItems: 16,
      default: ['200-299'],
      description: 'Statuses of a peer that is well: single ones and ranges.',
      examples: [['200-299', '304']],
    }),
    body: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'What the first 64 KiB of the body must contain, byte for byte; any body will do when left out.',
      }),
    ),
    intervalMs: DurationMs({ minimum: 100, maximum: HOUR_MS, default: 5_000, description: 'From the end of one check to the next.' }),
    unhealthyIntervalMs: Type.Optional(
      DurationMs({ minimum: 100, maximum: HOUR_MS, description: 'The same for a peer that is not well; intervalMs when left out.' }),
    ),
    jitterRatio: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.2,
      description: 'Each interval is longer or shorter by up to this part of it, so that checks of many edges do not fall together.',
    }),
    timeoutMs: DurationMs({ minimum: 10, maximum: MINUTE_MS, default: 2_000, description: 'Until the whole check is done.' }),
    unhealthyAfter: Type.Integer({ minimum: 1, maximum: 100, default: 3, description: 'Failed checks in a row that take a peer out.' }),
    healthyAfter: Type.Integer({ minimum: 1, maximum: 100, default: 2, description: 'Passed checks in a row that bring it back.' }),
    initial: Type.Union([Type.Literal('healthy'), Type.Literal('unhealthy')], {
      default: 'healthy',
      description: 'What a peer counts as before its first check; one that begins as unhealthy is taken in by its first passed check.',
    }),
  },
  { additionalProperties: false, description: 'Active checks: the edge asks each peer at intervals whether it is well, once per edge.' },
)
/** How the peers of a pool are asked whether they are well, defaults filled in. */
export type HealthCheckConfig = Type.Static<typeof HealthCheckSchema>

/** What active checks say of one peer; what the supervisor tells its workers. */
export interface PeerHealthReading {
  readonly pool: string
  readonly address: string
  readonly health: PeerHealth
  /** What the check came to that found it unhealthy; empty for a healthy one. */
  readonly cause: string
}
