// A peer of a pool: an address, and what is known of it.

import Type from 'typebox'
import { ZONE_PATTERN } from './choice.ts'
import { ADDRESS_PATTERN } from './identifiers.ts'

/** The form of a tag of a peer. */
export const LABEL_TAG_PATTERN = '^[\\x21-\\x7e]{1,128}$'
/** The form of the name of a label. */
export const META_NAME_PATTERN = '^[A-Za-z0-9_-]{1,64}$'
/** The longest value of a label, in characters. */
export const MAX_META_LENGTH = 256
/** The most tags of a peer, and the most labels with values. */
export const MAX_LABELS = 32
/** Peers of the lowest priority number are asked first; this is the highest. */
export const MAX_PRIORITY = 7
/** The highest weight of a peer. */
export const MAX_WEIGHT = 1_000

/** One address that can answer. */
export const PeerSchema = Type.Object(
  {
    address: Type.String({ pattern: ADDRESS_PATTERN, description: 'Where it listens: host:port or unix:/path.' }),
    weight: Type.Integer({ minimum: 1, maximum: MAX_WEIGHT, default: 1, description: 'Its share beside the other peers.' }),
    priority: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_PRIORITY,
        description: 'Peers of the lowest number are asked; those of the next stand by for when they cannot answer. 0 when left out.',
      }),
    ),
    zone: Type.Optional(Type.String({ pattern: ZONE_PATTERN, description: 'Where it stands, to be preferred by edges of that zone.' })),
    tags: Type.Optional(
      Type.Array(Type.String({ pattern: LABEL_TAG_PATTERN }), { maxItems: MAX_LABELS, description: 'Labels that a subset may ask for.' }),
    ),
    meta: Type.Optional(
      Type.Record(Type.String({ pattern: META_NAME_PATTERN }), Type.String({ maxLength: MAX_META_LENGTH }), {
        additionalProperties: false,
        maxProperties: MAX_LABELS,
        description: 'Labels with values that a subset may ask for.',
      }),
    ),
  },
  { additionalProperties: false },
)
/** One address that can answer, with its weight. */
export type PeerConfig = Type.Static<typeof PeerSchema>
