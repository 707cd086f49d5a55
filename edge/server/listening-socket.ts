// One listening socket: opened anew, or taken over from the process before or from systemd.

import { createServer, type Server, type Socket } from 'node:net'
import { EdgeError } from '../base/edge-error.ts'
import type { Log } from '../base/ports.ts'
import { listenAddress } from './listen-address.ts'
import type { BoundPlace, ListenPlace } from './listen-place.ts'

/** Connections that may wait to be accepted. */
const BACKLOG = 4_096

/** A socket that is listened on. */
export interface ListeningSocket {
  readonly bound: BoundPlace
  /** Takes no more connections. Resolves when the socket is closed; connections it took live on. */
  close(): Promise<void>
}

/**
 * Listens. @param address as the bootstrap has it @param take is given each connection, paused
 * @throws EdgeError LISTEN_FAILED
 */
export function openListeningSocket(
  address: string,
  place: ListenPlace,
  take: (socket: Socket) => void,
  log: Log,
): Promise<ListeningSocket> {
  return new Promise((resolve, reject) => {
    // A client that has closed its side may still want its answer: the connection decides.
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, take)
    const failed = (cause: NodeJS.ErrnoException) =>
      reject(new EdgeError('LISTEN_FAILED', { listen: address, reason: cause.code ?? cause.message }, cause))
    server.once('error', failed)
    server.listen({ ...where(address, place), backlog: BACKLOG }, () => {
      server.off('error', failed)
      // A connection that could not be accepted (no file descriptor left) must not end the worker.
      server.on('error', (cause) => log.warn({ event: 'accept-failed', listen: address, cause: String(cause) }))
      resolve({ bound: boundPlace(server, place), close: () => closed(server) })
    })
  })
}

function where(text: string, place: ListenPlace): object {
  if (place.fd !== null) return { fd: place.fd }
  const address = listenAddress(text)
  if (address.kind !== 'tcp') return { path: address.kind === 'unix' ? address.path : '' }
  return { host: address.host, port: place.port ?? address.port, reusePort: place.sharing === 'shared' }
}

function boundPlace(server: Server, place: ListenPlace): BoundPlace {
  const bound = server.address()
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0
  // Not in the documentation, but the only way to learn the number that a successor needs.
  const fd = (server as unknown as { _handle?: { fd?: number } })._handle?.fd ?? -1
  return { listener: place.listener, port, fd: fd >= 0 ? fd : null }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    // Its close event waits for the last connection; the socket itself is closed at once.
    resolve()
  })
}
