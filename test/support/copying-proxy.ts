import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Scope } from './scope.ts'

/** A proxy that copies bytes both ways and understands nothing: what a test of proxies must find out. @returns its port */
export async function startCopyingProxy(t: Scope, originPort: number): Promise<number> {
  const open = new Set<Socket>()
  const hold = (socket: Socket, other: () => Socket) => {
    open.add(socket)
    socket.on('error', () => {}) // 'close' follows.
    socket.on('close', () => {
      open.delete(socket)
      other().destroy()
    })
  }
  const server = createServer((client) => {
    const origin: Socket = connect(originPort, '127.0.0.1')
    hold(client, () => origin)
    hold(origin, () => client)
    client.pipe(origin)
    origin.pipe(client)
  })
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
