// Batching: reads of single items that miss within a few ms of each other become one request for all of them, whose answer is split again.

import Type from 'typebox'
import { FIELD_NAME_PATTERN } from './identifiers.ts'
import { DurationMs, KIB, MIB, MINUTE_MS, SECOND_MS, SizeBytes } from './units.ts'

/** What stands for the ids in the target of a bulk request. */
export const IDS_MARK = '{ids}'

/** Path and query, visible ASCII without #. */
export const BULK_TARGET_PATTERN = '^/[!"$-~]*$'

const MEMBER_NAME = { minLength: 1, maxLength: 64 }

/** How single reads become bulk requests. */
export const BatchSchema = Type.Object(
  {
    target: Type.String({
      pattern: BULK_TARGET_PATTERN,
      maxLength: 1024,
      description: 'Path and query of a bulk request; {ids} stands for the ids, percent-encoded, with commas between them.',
    }),
    idField: Type.String({ ...MEMBER_NAME, default: 'id', description: 'The member of an item, in a list of items, that is its id.' }),
    itemsField: Type.Optional(
      Type.String({
        ...MEMBER_NAME,
        description: 'The member of the bulk answer that has the items; the answer itself is the items when left out.',
      }),
    ),
    fields: Type.Array(Type.String({ pattern: FIELD_NAME_PATTERN }), {
      default: ['accept', 'accept-language', 'origin'],
      maxItems: 16,
      description: 'Request fields that a bulk request has, as its single requests had them: only those alike in them go together.',
    }),
    windowMs: DurationMs({
      minimum: 1,
      maximum: SECOND_MS,
      default: 5,
      description: 'How long the first of a bulk request waits for others.',
    }),
    maxItems: Type.Integer({
      minimum: 2,
      maximum: 1_000,
      default: 50,
      description: 'Single requests in one bulk request at most; it is sent as soon as it has so many.',
    }),
    maxBytes: SizeBytes({
      minimum: KIB,
      maximum: 8 * MIB,
      default: MIB,
      description: 'The longest bulk answer; the items of a longer one are asked for one by one.',
    }),
    timeoutMs: DurationMs({
      minimum: 1,
      maximum: 10 * MINUTE_MS,
      default: 2_000,
      description: 'How long a bulk request may take, to the end of its answer; then its items are asked for one by one.',
    }),
  },
  {
    additionalProperties: false,
    description: 'Single reads within a few ms become one bulk request, whose answer is split. Off when left out.',
  },
)
/** How single reads become bulk requests, defaults filled in. */
export type BatchConfig = Type.Static<typeof BatchSchema>
