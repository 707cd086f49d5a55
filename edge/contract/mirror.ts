// Mirroring: copies of live requests go to another pool, for a test cluster or the next version, and what it answers is compared.

import Type from 'typebox'
import { FIELD_NAME_PATTERN, Id } from './identifiers.ts'
import { DurationMs, KIB, MIB, MINUTE_MS, SizeBytes } from './units.ts'

const onOff = (what: 'on' | 'off', description: string) =>
  Type.Union([Type.Literal('on'), Type.Literal('off')], { default: what, description })

/** What of two answers is compared, beside their status. */
export const MirrorCompareSchema = Type.Object(
  {
    length: onOff('on', 'Whether the lengths of the bodies are compared.'),
    fields: Type.Array(Type.String({ pattern: FIELD_NAME_PATTERN }), {
      default: ['content-type', 'location'],
      maxItems: 16,
      description: 'Fields of the answers that are compared.',
    }),
    body: Type.Union([Type.Literal('off'), Type.Literal('digest')], {
      default: 'off',
      description: 'digest compares the bytes of the bodies too, as they come, coded or not.',
    }),
    maxBodyBytes: SizeBytes({
      minimum: 1,
      maximum: 64 * MIB,
      default: MIB,
      description: 'How much of each body goes into its digest, from the beginning.',
    }),
  },
  { additionalProperties: false, description: 'What of the answers is compared, beside their status; nothing is when left out.' },
)
/** What of two answers is compared, defaults filled in. */
export type MirrorCompare = Type.Static<typeof MirrorCompareSchema>

/** What of a route is copied, and where to. */
export const MirrorSchema = Type.Object(
  {
    pool: Id('The pool of this site that gets the copies; not the one that answers.'),
    sample: Type.Number({ minimum: 0, maximum: 1, default: 0.1, description: 'The part of the requests that is copied.' }),
    times: Type.Integer({ minimum: 1, maximum: 20, default: 1, description: 'Copies of each such request; the first is compared.' }),
    of: Type.Union([Type.Literal('origin'), Type.Literal('all')], {
      default: 'origin',
      description: 'origin copies what goes to the pool of the route; all copies what the cache answers too.',
    }),
    writes: onOff('off', 'Whether requests that may change something are copied: all but GET, HEAD and OPTIONS.'),
    credentials: Type.Union([Type.Literal('strip'), Type.Literal('keep')], {
      default: 'strip',
      description: 'Whether copies have Cookie, Authorization and the like; without them what they say is not compared.',
    }),
    maxBodyBytes: SizeBytes({
      minimum: 0,
      maximum: 16 * MIB,
      default: 64 * KIB,
      description: 'The longest request body that is copied; requests with a longer one are not.',
    }),
    maxInFlight: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 64,
      description: 'Copies under way at once, of one worker; more are dropped and counted.',
    }),
    timeoutMs: DurationMs({
      minimum: 1,
      maximum: 10 * MINUTE_MS,
      default: 10_000,
      description: 'How long a copy may take, to the end of its answer.',
    }),
    compare: Type.Optional(MirrorCompareSchema),
  },
  { additionalProperties: false, description: 'Copies of its requests go to another pool, whose answers nobody gets.' },
)
/** What of a route is copied, and where to, defaults filled in. */
export type MirrorConfig = Type.Static<typeof MirrorSchema>

/** The field that marks a copy. */
export const MIRROR_FIELD = 'X-Weir-Mirror'
