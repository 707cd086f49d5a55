// Addresses to listen on, taken apart, and what a socket is called when it is handed from one process to the next.

import type { EdgeBootstrap } from '../contract/bootstrap.ts'

/** Where to listen. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'fd'; readonly name: string }

/** The parts of `host:port`, `unix:/path` or `fd:NAME`; brackets of an IPv6 host are taken off. The schema has checked the form. */
export function listenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) return { kind: 'unix', path: text.slice('unix:'.length) }
  if (text.startsWith('fd:')) return { kind: 'fd', name: text.slice('fd:'.length) }
  const colon = text.lastIndexOf(':')
  return { kind: 'tcp', host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}

/** The addresses of all listeners; an index in it is a `ListenPlace.listener`. */
export function listenTexts(bootstrap: EdgeBootstrap): readonly string[] {
  return [bootstrap.listen, ...bootstrap.listeners.map(({ address }) => address)]
}

/**
 * What the sockets of each listener are called when they are handed over. It is the address, not the place in the bootstrap, that
 * tells them apart: a successor with another bootstrap must not speak TLS where the old one spoke plain text.
 */
export function socketNames(bootstrap: EdgeBootstrap): readonly string[] {
  const seen = new Map<string, number>()
  return listenTexts(bootstrap).map((text) => {
    const address = listenAddress(text)
    if (address.kind === 'fd') return address.name
    const before = seen.get(text) ?? 0
    seen.set(text, before + 1)
    return before === 0 ? encoded(text) : `${encoded(text)}~${before}`
  })
}

/** What the socket of the admin port is called when it is handed over. */
export function adminSocketName(bootstrap: EdgeBootstrap): string {
  return `admin~${encoded(bootstrap.admin)}`
}

// Names are parted by colons where they are handed over; a tilde never stands in a name that a person has given (fd:NAME).
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('~', '%7E')
}

/** How people see where an edge listens: a URL, or the address as it is written where it has none. */
export function listenUrl(text: string, scheme: 'http' | 'https', port: number): string {
  const address = listenAddress(text)
  if (address.kind !== 'tcp') return text
  return `${scheme}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`
}
