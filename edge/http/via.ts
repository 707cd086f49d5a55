import type { Fields } from './fields.ts'

/**
 * Adds this hop as the last member of Via, in one line with those before it.
 * @param version protocol version of the message as it was *received*: `1.0`, `1.1` or `2`
 * @param receivedBy pseudonym or host[:port] of this edge, from the configuration
 * @see RFC 9110 §7.6.3; a gateway must send it on requests and may on responses
 */
export function appendVia(fields: Fields, version: string, receivedBy: string): void {
  const before = fields.get('via')
  const hop = `${version} ${receivedBy}`
  fields.set('Via', before === undefined ? hop : `${before}, ${hop}`)
}
