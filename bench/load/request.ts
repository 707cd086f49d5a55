import http from 'node:http'
import net from 'node:net'
import { USER_AGENT } from './wrk.ts'

/** An answer read whole. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** Gets `url` over a connection of its own, as the browser wrk plays. @throws Error when there is no answer in 5 s */
export function get(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, timeout: 5_000, headers: { 'user-agent': USER_AGENT } }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('end', () => resolve({ status: answer.statusCode!, body: Buffer.concat(parts).toString('latin1') }))
      answer.once('error', reject)
    })
    request.once('timeout', () => request.destroy(new Error(`no answer from ${url} in 5 s`)))
    request.once('error', reject)
  })
}

/** True when something accepts connections at this loopback port. */
export function answersAt(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** A loopback port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
