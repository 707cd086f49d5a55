// Lets a server listen: at a socket that was handed over, at a port it may share, or at the name of a Unix socket.

import type { Server } from 'node:net'
import { EdgeError } from '../base/edge-error.ts'
import { descriptorOf } from './descriptor.ts'
import { listenAddress } from './listen-address.ts'
import type { BoundPlace, ListenPlace } from './listen-place.ts'
import { nameToBind, putInPlace } from './unix-socket.ts'

/** Connections that may wait to be accepted. */
const BACKLOG = 4_096

/** Listens. @param text an address as the bootstrap has it @throws EdgeError LISTEN_FAILED */
export async function listenAt(server: Server, text: string, place: Omit<ListenPlace, 'listener'>): Promise<Omit<BoundPlace, 'listener'>> {
  const options = { ...where(text, place), backlog: BACKLOG }
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) =>
      reject(new EdgeError('LISTEN_FAILED', { listen: text, reason: cause.code ?? cause.message }, cause))
    server.once('error', failed)
    server.listen(options, () => {
      server.off('error', failed)
      try {
        const address = listenAddress(text)
        if (address.kind === 'unix' && place.fd === null) putInPlace(address.path)
      } catch (cause) {
        server.close()
        return failed(cause as NodeJS.ErrnoException)
      }
      const bound = server.address()
      resolve({ port: bound !== null && typeof bound === 'object' ? bound.port : 0, fd: descriptorOf(server) })
    })
  })
}

function where(text: string, { fd, port, sharing }: Omit<ListenPlace, 'listener'>): object {
  if (fd !== null) return { fd }
  const address = listenAddress(text)
  if (address.kind === 'unix') return { path: nameToBind(address.path) }
  if (address.kind === 'fd') throw new EdgeError('LISTEN_FAILED', { listen: text, reason: 'nothing was handed over' })
  return { host: address.host, port: port ?? address.port, reusePort: sharing === 'shared' }
}
