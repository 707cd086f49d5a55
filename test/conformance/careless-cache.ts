// A cache that makes every mistake on the list: its key is a guess at the page that was meant, without host, method, or any field; it passes on
// all that came; and it keeps all that comes back. What does not harm its clients is no attack.

import { request as ask, type ClientRequest, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Scope } from '../support/scope.ts'

interface Kept {
  readonly status: number
  readonly lines: string[]
  readonly body: Buffer
}

/** Starts it. @returns its port */
export async function startCarelessCache(t: Scope, originPort: number): Promise<number> {
  const kept = new Map<string, Kept>()
  const server = createServer({ insecureHTTPParser: true, requireHostHeader: false, maxHeaderSize: 64 * 1024 }, (client, reply) => {
    const key = guessOf(client.url ?? '/')
    const found = kept.get(key)
    if (found !== undefined && client.method !== 'POST') return answer(reply, found)
    fetch(client, originPort, (fresh) => {
      kept.set(key, fresh)
      answer(reply, fresh)
    }).on('error', () => reply.destroy())
  })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function fetch(client: IncomingMessage, port: number, done: (kept: Kept) => void): ClientRequest {
  const method = String(client.headers['x-http-method-override'] ?? client.method)
  const headers = { ...client.headers }
  for (const name of String(headers.connection ?? '')
    .toLowerCase()
    .split(/[, ]+/))
    delete headers[name]
  // HEAD is asked as GET, so that there is something to keep.
  const origin = ask(
    { port, host: '127.0.0.1', method: method === 'HEAD' ? 'GET' : method, path: pathOf(client.url ?? '/'), headers },
    (answered) => {
      const chunks: Buffer[] = []
      answered.on('data', (chunk: Buffer) => chunks.push(chunk))
      answered.on('end', () => done({ status: answered.statusCode!, lines: answered.rawHeaders, body: Buffer.concat(chunks) }))
    },
  )
  client.pipe(origin)
  return origin
}

function answer(reply: ServerResponse, { status, lines, body }: Kept): void {
  const kept = lines.filter((_, at) => !/^(connection|keep-alive|transfer-encoding|content-length|date)$/i.test(lines[at - (at % 2)]!))
  reply.writeHead(status, [...kept, 'Content-Length', String(body.length)])
  reply.end(body)
}

const pathOf = (target: string) => target.replace(/^https?:\/\/[^/]*/i, '').replaceAll(/[^\x21-\x7e]/g, '?') || '/'

/** The page that was meant, as well as it can be guessed. */
function guessOf(target: string): string {
  const [path = '', query = ''] = pathOf(target).split('?', 2)
  let decoded = path
  try {
    decoded = decodeURIComponent(path)
  } catch {} // It guesses on.
  const cut = decoded
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/[\0\n#?].*$/s, '')
    .replace(/\/{2,}/g, '/')
  const resolved = new URL(`http://any${cut}`).pathname.toLowerCase()
  const first = new Map<string, string>()
  for (const pair of query.split('&').toReversed()) first.set(decodeURIComponent(pair.split('=')[0]!).toLowerCase(), pair)
  const counted = [...first]
    .filter(([name]) => name !== '' && !name.startsWith('utm_'))
    .map(([name, pair]) => `${name}=${pair.split('=')[1] ?? ''}`)
  // One page is one page, whatever hangs below it for show.
  return `${resolved.replace(/\/[^/]*\.(css|js|png)$/, '')}?${counted.sort().join('&')}`
}
