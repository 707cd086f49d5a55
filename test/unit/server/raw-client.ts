import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'

/** A connection under the hand of a test. */
export interface RawClient {
  readonly socket: Socket
  /** All that came so far, as latin1. */
  readonly received: string
  /** How the connection ended: 'open' while it lasts, 'fin', or the code of an error. */
  readonly end: string
  send(bytes: string): void
  /** Waits until what came fits `pattern`. */
  waitFor(pattern: RegExp): Promise<string>
  /** Waits until the connection is over and gives all that came. */
  closed(): Promise<string>
}

/** Connects; the connection is destroyed when the test ends. @param more e.g. the loopback address it comes from */
export async function rawClient(t: Scope, port: number, more: Partial<TcpNetConnectOpts> = {}): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', ...more })
  let received = ''
  let end = 'open'
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
  })
  socket.on('end', () => {
    end = 'fin'
  })
  socket.on('error', (cause: NodeJS.ErrnoException) => {
    end = cause.code ?? 'error'
  })
  t.teardown(() => socket.destroy())
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  const client: RawClient = {
    socket,
    get received() {
      return received
    },
    get end() {
      return end
    },
    send: (bytes) => void socket.write(bytes, 'latin1'),
    async waitFor(pattern) {
      await until(() => pattern.test(received), { what: `${pattern} in ${JSON.stringify(received.slice(-200))}` })
      return received
    },
    async closed() {
      await until(() => socket.destroyed, { what: 'the connection to end' })
      return received
    },
  }
  return client
}
