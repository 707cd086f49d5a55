import { type AddressInfo, connect, createServer as createRelay, type Server, type Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Scope } from '../../support/scope.ts'

/** An origin over TLS. */
export interface TlsOrigin {
  readonly address: string
  readonly sockets: readonly TLSSocket[]
  /** Whether each of them resumed a session. */
  readonly resumed: readonly boolean[]
  /** Ends what it sends, on every connection, as somebody in the middle would: without a word of TLS. */
  cut(): void
}

/** Calls `onData` with each chunk that comes. Closed when the test ends. @param certificate and its key, PEM */
export async function startTlsOrigin(
  t: Scope,
  certificate: { readonly cert: string; readonly key: string },
  onData: (socket: TLSSocket, chunk: string) => void,
): Promise<TlsOrigin> {
  const sockets: TLSSocket[] = []
  const resumed: boolean[] = []
  const server = createServer({ cert: certificate.cert, key: certificate.key, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    sockets.push(socket)
    resumed.push(socket.isSessionReused())
    socket.on('error', () => {})
    socket.on('data', (chunk) => onData(socket, chunk.toString('latin1')))
  })
  server.on('tlsClientError', () => {})
  await listening(server)
  const ways: { client: Socket; origin: Socket }[] = []
  const relay = createRelay({ allowHalfOpen: true }, (client) => {
    const origin = connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true })
    ways.push({ client, origin })
    for (const socket of [client, origin]) socket.on('error', () => {})
    client.pipe(origin).pipe(client)
  })
  await listening(relay)
  t.teardown(() => {
    for (const { client, origin } of ways) client.destroy() && origin.destroy()
    for (const socket of sockets) socket.destroy()
    relay.close()
    server.close()
  })
  const cut = () => {
    for (const { client, origin } of ways) {
      origin.unpipe(client)
      client.end()
    }
  }
  return { address: `127.0.0.1:${portOf(relay)}`, sockets, resumed, cut }
}

const listening = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const portOf = (server: Server) => (server.address() as AddressInfo).port
