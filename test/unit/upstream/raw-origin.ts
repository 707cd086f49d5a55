import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import type { Scope } from '../../support/scope.ts'

/** One connection of a raw origin. */
export interface RawConnection {
  readonly socket: Socket
  /** Which connection it is, from 1. */
  readonly number: number
  /** All bytes received so far, as latin1. */
  readonly received: string
}

/** A raw origin. */
export interface RawOrigin {
  readonly address: string
  readonly connections: readonly RawConnection[]
}

/** Where a raw origin listens: a free port of 127.0.0.1 unless said otherwise. */
export type RawPlace = { readonly host: string } | { readonly path: string }

/** Calls `onData` with each chunk that comes; the origin writes what it likes, valid HTTP or not. Closed when the test ends. */
export async function startRawOrigin(
  t: Scope,
  onData: (connection: RawConnection, chunk: string) => void,
  place: RawPlace = { host: '127.0.0.1' },
): Promise<RawOrigin> {
  const connections: RawConnection[] = []
  // Half open, so that a test sees by itself whether the other side has ended.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let received = ''
    const connection = {
      socket,
      number: connections.length + 1,
      get received() {
        return received
      },
    }
    connections.push(connection)
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1')
      received += text
      onData(connection, text)
    })
  })
  t.teardown(() => {
    for (const { socket } of connections) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen('path' in place ? place : { ...place, port: 0 }, resolve))
  if ('path' in place) return { address: `unix:${place.path}`, connections }
  const { address, port, family } = server.address() as AddressInfo
  return { address: family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`, connections }
}
