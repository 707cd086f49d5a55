// The number of a listening socket, which the process that comes after this one has to be given.

import type { Server } from 'node:net'

/** The descriptor that a server listens on; null while it does not listen, or where the system has none. */
export function descriptorOf(server: Server): number | null {
  // Not in the documentation of Node, but the only way to learn it.
  const fd = (server as unknown as { readonly _handle?: { readonly fd?: number } | null })._handle?.fd ?? -1
  return fd >= 0 ? fd : null
}
