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

/** Calls `onData` with each chunk that comes; the origin writes what it likes, valid HTTP or not. Closed when the test ends. */
export async function startRawOrigin(t: Scope, onData: (connection: RawConnection, chunk: string) => void): Promise<RawOrigin> {
  const connections: RawConnection[] = []
  const server = createServer((socket) => {
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, connections }
}
