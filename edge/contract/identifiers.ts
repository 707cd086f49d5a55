// The names that people give to routes, pools, limits and switches, and the patterns of hosts, paths and addresses.
// They end up in URLs, metric labels, Redis keys and log lines, so the alphabet is small and the length is bounded.

import type { TSchema } from 'typebox'
import Type from 'typebox'

/** The form of an id: lower-case letters, digits, dot, dash, underscore; at most 64. */
export const ID_PATTERN = '^[a-z0-9][a-z0-9._-]{0,63}$'

/** An id with its sentence. */
export const Id = (description: string) => Type.String({ pattern: ID_PATTERN, description })

/** A map from id to `schema`, bounded to `max` members. */
export const ById = <T extends TSchema>(schema: T, options: { max: number; description: string }) =>
  Type.Record(Type.String({ pattern: ID_PATTERN }), schema, {
    default: {},
    additionalProperties: false,
    maxProperties: options.max,
    description: options.description,
  })

/** A host as a route names it: exact, `*.example.org` (one or more labels), or `*`. */
export const HOST_PATTERN = '^(\\*|(\\*\\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\\[[0-9a-f:.]+\\])$'

/** A path as a route names it: exact, a prefix that ends in `/*`, or with `{name}` for one segment. */
export const PATH_PATTERN = '^/[^?#\\s*\\\\]*\\*?$'

/** A TCP address `host:port` (port 0 asks for any free one) or `unix:/path`. */
export const ADDRESS_PATTERN = '^(unix:/.{1,100}|(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9._-]{1,253}):[0-9]{1,5})$'

/** Where an edge may listen: an address, or `fd:NAME` for a listening socket it is handed over (systemd socket activation). */
export const LISTEN_PATTERN = '^(unix:/.{1,100}|(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9._-]{1,253}):[0-9]{1,5}|fd:[A-Za-z0-9._-]{1,64})$'

/** A header field name (RFC 9110 §5.1 token). */
export const FIELD_NAME_PATTERN = "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$"

/** An address range such as `10.0.0.0/8`, or one address. */
export const RANGE_PATTERN = '^[0-9a-fA-F:.]{2,45}(/[0-9]{1,3})?$'
