// Which names the API may be asked under. A page on any site can make a browser send requests to a name that its owner lets resolve
// to 127.0.0.1 (DNS rebinding); such a request carries that name as its Host, and is refused before anything else looks at it.

import { isIPv6 } from 'node:net'

const ALWAYS = ['localhost', '127.0.0.1', '[::1]']

/** Tells whether a Host field names this API. */
export type HostCheck = (field: string | undefined) => boolean

/**
 * Makes the check.
 * @param listen where the API listens, `host:port` or `unix:/path`
 * @param hosts further names, without ports
 */
export function hostCheck(listen: string, hosts: readonly string[]): HostCheck {
  const own = listen.startsWith('unix:') ? [] : [hostOf(listen)]
  const known = new Set([...ALWAYS, ...own, ...hosts.map((host) => (isIPv6(host) ? `[${host}]` : host))].map((host) => host.toLowerCase()))
  return (field) => field !== undefined && known.has(hostOf(field).toLowerCase())
}

/** A Host field or an address without its port. */
function hostOf(text: string): string {
  return text.replace(/:[0-9]{0,5}$/, '')
}
