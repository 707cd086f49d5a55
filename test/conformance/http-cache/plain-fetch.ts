// What the suite takes for `fetch`: one request on the wire, exactly as the suite wants it. The fetch of a browser or of Node is itself
// a cache client: it adds Cache-Control and Pragma of its own to requests with conditions, follows redirects, and knows no status 999.

import { Agent, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** The part of a fetch's options that the suite uses. */
export interface PlainInit {
  readonly method?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
}

/** The part of a Response that the suite uses. */
export interface PlainResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  text(): Promise<string>
}

/** A browser's: programs count as crawlers, and what only crawlers ask for is not kept in memory. */
const AGENT = ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0']

/** The same for all edges: to a cache, another host is another thing. */
const HOST = ['Host', 'cache.example']

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Asks once. @throws Error when the connection broke before the whole answer was here */
export async function plainFetch(url: string, init: PlainInit = {}): Promise<PlainResponse> {
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const length = init.body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(init.body))]]
    const lines = [HOST, AGENT, ...(init.headers ?? []), ...length]
    const sent = request(url, { agent, method: init.method ?? 'GET', headers: lines.flat() })
    sent.once('response', resolve).once('error', reject).end(init.body)
  })
  const body = await buffer(message)
  const headers = new Headers()
  for (let i = 0; i < message.rawHeaders.length; i += 2) headers.append(message.rawHeaders[i]!, message.rawHeaders[i + 1]!)
  return { status: message.statusCode ?? 0, statusText: message.statusMessage ?? '', headers, text: async () => body.toString() }
}
