// Whether texts of addresses mean something: a pattern can count the digits of a port, not say that 70000 is none.

import { isIPv4, isIPv6 } from 'node:net'
import { quoted } from './sentences.ts'

const MAX_PORT = 65_535
const MAX_LABEL = 63

/** What is wrong with `host:port` or `unix:/path` that its pattern accepted, or null. `leastPort` is 0 where any free port may be asked for. */
export function addressFault(address: string, leastPort: 0 | 1): string | null {
  if (address.startsWith('unix:')) return null
  const colon = address.lastIndexOf(':')
  const port = Number(address.slice(colon + 1))
  if (port < leastPort || port > MAX_PORT) return `the port of ${quoted(address)} must be from ${leastPort} to ${MAX_PORT}`
  return hostFault(address.slice(0, colon))
}

/** What is wrong with a host name, address or `[IPv6]` that its pattern accepted, or null. */
export function hostFault(host: string): string | null {
  if (host.startsWith('['))
    return isIPv6(host.slice(1, -1)) ? null : `${quoted(host)} must be an IPv6 address in brackets such as [2001:db8::1]`
  if (/^[0-9.]+$/.test(host))
    return isIPv4(host) ? null : `${quoted(host)} must be an IPv4 address such as 192.0.2.7: four numbers from 0 to 255`
  const long = host.split('.').find((label) => label.length > MAX_LABEL)
  return long === undefined ? null : `the part ${quoted(long)} of a host name must have at most ${MAX_LABEL} characters`
}

/** What is wrong with an address range such as `10.0.0.0/8`, or null. */
export function rangeFault(range: string): string | null {
  const [address = '', bits] = range.split('/')
  const most = isIPv4(address) ? 32 : 128
  if (!isIPv4(address) && !isIPv6(address)) return `${quoted(address)} must be an IPv4 or IPv6 address such as 10.0.0.0 or 2001:db8::`
  if (bits === undefined) return null
  return /^(0|[1-9][0-9]*)$/.test(bits) && Number(bits) <= most ? null : `the prefix length of ${quoted(range)} must be from 0 to ${most}`
}
