// One listening socket of a worker: opened anew, or taken over from the process before or from systemd.

import { createServer, type Server, type Socket } from 'node:net'
import type { Log } from '../base/ports.ts'
import { listenAt } from './listen-at.ts'
import type { BoundPlace, ListenPlace } from './listen-place.ts'

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
export async function openListeningSocket(
  address: string,
  place: ListenPlace,
  take: (socket: Socket) => void,
  log: Log,
): Promise<ListeningSocket> {
  // A client that has closed its side may still want its answer: the connection decides.
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, take)
  const bound = await listenAt(server, address, place)
  // A connection that could not be accepted (no file descriptor left) must not end the worker.
  server.on('error', (cause) => log.warn({ event: 'accept-failed', listen: address, cause: String(cause) }))
  return { bound: { ...bound, listener: place.listener }, close: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    // Its close event waits for the last connection; the socket itself is closed at once.
    resolve()
  })
}
