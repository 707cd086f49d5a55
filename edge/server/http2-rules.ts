// Rules of HTTP/2 that a request can break beside those of edge/wire/wire-rules.ts. What breaks one is malformed (RFC 9113 §8.1.1): it
// gets its status, and nothing of it is passed on. Malformed requests are how HTTP/1 is smuggled through a door that speaks HTTP/2.

import type { ErrorCode } from '../contract/errors.ts'
import { WireFault } from '../wire/wire-fault.ts'

const row = (section: string, why: string, code: ErrorCode = 'BAD_MESSAGE') => ({ section, why, code })

const TABLE = {
  'h2-pseudo': row('RFC 9113 §8.3', 'A pseudo field that is missing, repeated or unknown: method or target would be a guess.'),
  'h2-scheme': row('RFC 9113 §8.3.1', 'A :scheme other than http and https, which some peers write into the target.'),
  'h2-path': row(
    'RFC 9113 §8.3.1',
    'A :path that does not begin with a slash: written into a request line, its beginning is read as a host.',
    'BAD_TARGET',
  ),
  'h2-authority': row('RFC 9113 §8.3.1', 'An :authority or Host that is no host with a port, or that names a user.', 'BAD_HOST'),
  'h2-host-differs': row(
    'RFC 9113 §8.3.1',
    'A Host that is not the :authority: routed by one, cached or answered by the other.',
    'BAD_HOST',
  ),
  'h2-connect': row('RFC 9113 §8.5', 'CONNECT: a tunnel has no place here, and its stream would carry anything.', 'METHOD_UNSUPPORTED'),
  'h2-connection-field': row(
    'RFC 9113 §8.2.2',
    'Connection, Transfer-Encoding and their like frame HTTP/1: passed on, they would do so again.',
  ),
  'h2-value-space': row('RFC 9113 §8.2.1', 'Space at an end of a value: who trims it sees another value.'),
} as const

/** The name of a rule of HTTP/2. */
export type Http2RuleName = keyof typeof TABLE

/** All refusals by the name of their rule. */
export const HTTP2_RULES = Object.fromEntries(
  Object.entries(TABLE).map(([rule, { section, why, code }]) => [rule, new WireFault(rule, code, section, why)]),
) as Readonly<Record<Http2RuleName, WireFault>>
