import { Fields } from './fields.ts'

// Fields that speak to the next hop only, and never pass through:
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  // RFC 9110 §7.6.1 names these, whether or not Connection nominates them.
  ...['connection', 'proxy-connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade'],
  // Goes with the framing: a trailer section is not passed on, and node ends the process over a Trailer beside Content-Length (nodejs/node#41562).
  'trailer',
  // Sent with `Upgrade: h2c` and nominated by it (RFC 7540 §3.2.1); a lone one must not reach a peer that still speaks h2c.
  'http2-settings',
  // Credentials and challenges between a client and the proxy it chose (RFC 9110 §11.7). We are not that proxy: passed on, a
  // password meant for another would reach an origin, and an origin could ask for one in a proxy's name.
  ...['proxy-authenticate', 'proxy-authorization', 'proxy-authentication-info'],
])

// Bit n is set when a hop-by-hop field has a name of n letters: most fields are ruled out by their length alone.
const LENGTHS = [...HOP_BY_HOP].reduce((bits, name) => bits | (1 << name.length), 0)

// Fields that Connection may not take away. A sender must not nominate what is meant for every recipient (RFC 9110 §7.6.1), and a client that
// does is hiding something from the origin: the address that a limit counts, the session that makes an answer private, the loop mark.
const END_TO_END: ReadonlySet<string> = new Set([
  // Whose request it is, and by which way it came (RFC 9110 §7.2, §7.6.3, §10.1, §11.6; RFC 6265; RFC 7239; RFC 8586).
  ...[
    'host',
    'authorization',
    'cookie',
    'from',
    'via',
    'forwarded',
    'cdn-loop',
    'max-forwards',
    'x-real-ip',
    'origin',
    'referer',
    'user-agent',
  ],
  // What it asks for: losing one turns a part, a condition or a retry into something else (RFC 9110 §12 to §14).
  ...['accept', 'accept-encoding', 'accept-language', 'range', 'expect', 'idempotency-key', 'traceparent', 'tracestate'],
  // How an answer may be kept (RFC 9111, RFC 9213, RFC 9211, RFC 9110 §8, §12.5.5).
  ...['cache-control', 'pragma', 'cdn-cache-control', 'surrogate-control', 'surrogate-key', 'cache-tag', 'cache-groups', 'cache-status'],
  ...['vary', 'etag', 'last-modified', 'date', 'age', 'expires', 'warning', 'allow', 'location', 'retry-after'],
  // What protects the user (RFC 9110 §11.6, RFC 6265, RFC 6797, RFC 7034).
  ...['set-cookie', 'www-authenticate', 'strict-transport-security', 'x-frame-options', 'x-content-type-options', 'referrer-policy'],
])
const END_TO_END_PREFIXES: readonly string[] = ['x-forwarded-', 'content-', 'if-', 'sec-', 'access-control-', 'cross-origin-', 'weir-']

/**
 * A copy without the fields that belong to one connection: those that Connection names, but for protected ones, and the fixed list.
 * Both directions, always: an origin's Connection is no more to be trusted than a client's.
 * @see RFC 9110 §7.6.1
 */
export function withoutHopByHop(fields: Fields): Fields {
  const nominated = nominatedNames(fields)
  const raw = fields.lines
  const kept: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    if (nominated !== null || (LENGTHS & (1 << name.length)) !== 0) {
      const lower = name.toLowerCase()
      if (HOP_BY_HOP.has(lower) || nominated?.has(lower)) continue
    }
    kept.push(name, raw[i + 1]!)
  }
  return Fields.adopt(kept)
}

/** Whether Connection takes away more than what never passes. */
export function nominatesOthers(fields: Fields): boolean {
  return nominatedNames(fields) !== null
}

/** Whether Connection may not remove this field. @param name lower-case */
export function isEndToEnd(name: string): boolean {
  return END_TO_END.has(name) || END_TO_END_PREFIXES.some((prefix) => name.startsWith(prefix))
}

/** The names that Connection takes away besides the fixed list, or null when there are none; as many as a head's byte limit lets in. */
function nominatedNames(fields: Fields): Set<string> | null {
  if (!fields.has('connection')) return null
  let names: Set<string> | null = null
  for (const line of fields.getAll('connection')) {
    for (const option of line.split(',')) {
      const name = option.trim().toLowerCase()
      if (name === '' || name === 'close' || HOP_BY_HOP.has(name) || isEndToEnd(name)) continue
      names ??= new Set()
      names.add(name)
    }
  }
  return names
}
