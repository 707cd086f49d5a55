// A recording of live traffic, as lines of JSON: one that says how it was made, one for each request, one that says how it ended. An edge
// writes it, without secrets; `weir record` puts it in a file, `weir replay` sends it again.

import Type from 'typebox'
import { ID_PATTERN } from './identifiers.ts'
import { Count, DateMs, DurationMs, HOUR_MS, KIB, MIB, MINUTE_MS, SECOND_MS, SizeBytes } from './units.ts'

/** What stands where a secret stood. */
export const MASK = '***'
/** The form of the lines. */
export const RECORDING_VERSION = 1
/** How much of a body goes into its digest, from the beginning. */
export const DIGEST_BYTES = MIB
/** The longest line: the longest body that is recorded, coded, and a head. */
export const MAX_RECORDED_LINE_BYTES = 2 * MIB

/** What is recorded. */
export const RecordTermsSchema = Type.Object(
  {
    sample: Type.Number({ minimum: 0, maximum: 1, default: 1, description: 'The part of the requests that is recorded.' }),
    forMs: DurationMs({ minimum: SECOND_MS, maximum: HOUR_MS, default: MINUTE_MS, description: 'How long.' }),
    maxBytes: SizeBytes({ minimum: KIB, maximum: 512 * MIB, default: 64 * MIB, description: 'The longest recording; it ends there.' }),
    bodyBytes: SizeBytes({
      minimum: 0,
      maximum: MIB,
      default: 0,
      description: 'The longest request body that is recorded: forms and JSON alone, with secrets masked; none at 0.',
    }),
    route: Type.Optional(Type.String({ pattern: ID_PATTERN, description: 'Only requests of this route.' })),
    mask: Type.Array(Type.String({ pattern: '^[^\\s,&=;]{1,128}$' }), {
      default: [],
      maxItems: 64,
      description: 'Names of fields, parameters and members that are secrets too.',
    }),
  },
  { additionalProperties: false, description: 'What is recorded, and how much.' },
)
/** What is recorded, defaults filled in. */
export type RecordTerms = Type.Static<typeof RecordTermsSchema>

const Text = (maxLength: number) => Type.String({ maxLength, description: 'Text.' })

/** One request of a recording. */
export const RecordedRequestSchema = Type.Object(
  {
    type: Type.Literal('request'),
    atMs: Type.Number({ minimum: 0, maximum: 2 * HOUR_MS, description: 'When it began, from the beginning of the recording.' }),
    durationMs: Type.Number({ minimum: 0, maximum: 24 * HOUR_MS, description: 'To the end of its answer.' }),
    connection: Type.String({ pattern: '^[a-z0-9-]{1,32}$', description: 'Which requests came on one connection.' }),
    method: Type.String({ pattern: '^[A-Z]{1,32}$', description: 'Its method.' }),
    scheme: Type.Union([Type.Literal('http'), Type.Literal('https')]),
    target: Type.String({ pattern: '^(/[!-~\\x80-\\xff]*|\\*)$', maxLength: 65_536, description: 'Path and query, secrets masked.' }),
    fields: Type.Array(Text(65_536), { maxItems: 1_024, description: 'Names and values by turns; a secret is ***.' }),
    content: Type.Union([Type.Literal('none'), Type.Literal('recorded'), Type.Literal('left-out')], {
      description: 'What became of its body.',
    }),
    body: Type.Optional(Text(MAX_RECORDED_LINE_BYTES)),
    answer: Type.Object({
      status: Type.Integer({ minimum: 100, maximum: 999 }),
      bytes: Count('Length of the body as it was sent.'),
      whole: Type.Union([Type.Literal('yes'), Type.Literal('no')], { description: 'Whether the client had all of it.' }),
      digest: Text(64),
    }),
  },
  { additionalProperties: false, description: 'A request, and what was answered.' },
)
/** One request of a recording. The body is in base64. */
export type RecordedRequest = Type.Static<typeof RecordedRequestSchema>

/** The first line. */
export const RecordingHeadSchema = Type.Object(
  {
    type: Type.Literal('recording'),
    version: Type.Literal(RECORDING_VERSION),
    startedAtMs: DateMs('When it began.'),
    edge: Text(256),
    terms: RecordTermsSchema,
  },
  { additionalProperties: false, description: 'How a recording was made.' },
)
/** How a recording was made. */
export type RecordingHead = Type.Static<typeof RecordingHeadSchema>

/** The last line; a recording that was broken off has none. */
export interface RecordingEnd {
  readonly type: 'end'
  readonly ended: 'time' | 'size' | 'stopped'
  readonly requests: number
  /** Requests that were not written, because whoever takes the lines, or the edge itself, had too much to do. */
  readonly dropped: number
}
