// A proxy that means well: it waits for the end of an answer, however it comes, and passes on what there is, with a length that fits. What
// was cut looks whole then, which a test of proxies must find out.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Scope } from '../support/scope.ts'

/** Starts it; it serves one request a connection. @returns its port */
export async function startMendingProxy(t: Scope, originPort: number): Promise<number> {
  const open = new Set<Socket>()
  const hold = (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => {}) // 'close' follows.
    socket.on('close', () => open.delete(socket))
  }
  const server = createServer((client) => {
    const origin = connect(originPort, '127.0.0.1')
    const chunks: Buffer[] = []
    hold(client)
    hold(origin)
    client.on('data', (chunk: Buffer) => origin.write(chunk))
    client.on('close', () => origin.destroy())
    origin.on('data', (chunk: Buffer) => chunks.push(chunk))
    origin.on('close', () => client.end(mended(Buffer.concat(chunks).toString('latin1')), 'latin1'))
  })
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function mended(answer: string): string {
  const end = answer.indexOf('\r\n\r\n')
  const raw = end < 0 ? '' : answer.slice(end + 4)
  // The lines between chunks go; what is left is taken for the body.
  const body = /chunked/i.test(answer) ? raw.replace(/(^|\r\n)[0-9a-f]+\r\n/gi, '').replace(/\r\n$/, '') : raw
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
}
