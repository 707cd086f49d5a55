// A peer of a pool, and where peers are discovered.

import Type from 'typebox'
import { ADDRESS_PATTERN } from './identifiers.ts'
import { ZONE_PATTERN } from './locality.ts'

/** One address that can answer. */
export const PeerSchema = Type.Object(
  {
    address: Type.String({ pattern: ADDRESS_PATTERN, description: 'Where it listens: host:port or unix:/path.' }),
    weight: Type.Integer({ minimum: 1, maximum: 1000, default: 1, description: 'Its share beside the other peers.' }),
    priority: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 7,
        description: 'Peers of the lowest number are asked; those of the next stand by for when they cannot answer. 0 when left out.',
      }),
    ),
    zone: Type.Optional(Type.String({ pattern: ZONE_PATTERN, description: 'Where it stands, to be preferred by edges of that zone.' })),
    tags: Type.Optional(
      Type.Array(Type.String({ pattern: '^[\\x21-\\x7e]{1,128}$' }), { maxItems: 32, description: 'Labels that a subset may ask for.' }),
    ),
    meta: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }), Type.String({ maxLength: 256 }), {
        additionalProperties: false,
        maxProperties: 32,
        description: 'Labels with values that a subset may ask for.',
      }),
    ),
  },
  { additionalProperties: false },
)
/** One address that can answer, with its weight. */
export type PeerConfig = Type.Static<typeof PeerSchema>

/** How peers are discovered. */
export const DiscoverSchema = Type.Object(
  {
    service: Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$', description: 'The name of the service in Consul.' }),
    tag: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._=-]{1,128}$', description: 'Only instances with this tag.' })),
    datacenter: Type.Optional(Type.String({ pattern: '^[a-z0-9_-]{1,64}$', description: 'The datacenter to ask; its own when left out.' })),
  },
  { additionalProperties: false, description: 'Peers come from Consul: the healthy instances of this service.' },
)
/** Which service of Consul gives a pool its peers. */
export type DiscoverConfig = Type.Static<typeof DiscoverSchema>
