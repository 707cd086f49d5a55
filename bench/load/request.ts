import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import type { Page } from './pages.ts'
import { USER_AGENT } from './wrk.ts'

const PATIENCE_MS = 5_000

/** An answer read whole. */
export interface Answer {
  readonly status: number
  readonly body: string
  /** Fields of its head. */
  readonly fields: number
  /** Bytes of its head and its body; what frames a chunked body is not counted. */
  readonly bytes: number
}

/** Asks for a page as the browser wrk plays, over a connection of its own that could be kept. @throws Error when there is no answer in 5 s */
export async function get(url: string, page: Page): Promise<Answer> {
  const agent = url.startsWith('https:') ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true })
  try {
    return await ask(url, page, agent)
  } finally {
    agent.destroy()
  }
}

/** Asks for a page over a connection of the agent. @throws Error when there is no answer in 5 s */
export function ask(url: string, page: Page, agent: http.Agent, localAddress?: string): Promise<Answer> {
  const options: https.RequestOptions = {
    agent,
    path: page.path,
    timeout: PATIENCE_MS,
    headers: { host: page.host, 'user-agent': USER_AGENT },
    // The certificate was made for this run.
    rejectUnauthorized: false,
    ...(localAddress === undefined ? {} : { localAddress }),
  }
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? https : http).get(url, options, (message) => {
      const parts: Buffer[] = []
      message.on('data', (part: Buffer) => parts.push(part))
      message.once('end', () => resolve(answerOf(message, Buffer.concat(parts).toString('latin1'))))
      message.once('error', reject)
    })
    request.once('timeout', () => request.destroy(new Error(`no answer from ${url}${page.path} in ${PATIENCE_MS} ms`)))
    request.once('error', reject)
  })
}

function answerOf(message: http.IncomingMessage, body: string): Answer {
  const raw = message.rawHeaders
  // "HTTP/1.1 200 " and the two line ends that close the status line and the head; ": " and a line end for each field.
  let bytes = 13 + message.statusMessage!.length + 4 + body.length
  for (let i = 0; i < raw.length; i += 2) bytes += raw[i]!.length + raw[i + 1]!.length + 4
  return { status: message.statusCode!, body, fields: raw.length / 2, bytes }
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
