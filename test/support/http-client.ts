import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request as open } from 'node:http'
import { connect } from 'node:net'

/** A request as a test writes it; the body is sent with its Content-Length. */
export interface TestRequest {
  readonly port: number
  readonly method?: string
  /** Sent as it is written: nothing is encoded or normalised. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
  /** Without one, each request has a connection of its own. */
  readonly agent?: Agent
  /** The loopback address it comes from, such as 127.0.0.2; 127.0.0.1 by default. */
  readonly from?: string
  readonly deadlineMs?: number
}

/** An answer with its whole body. */
export interface TestAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** The body as UTF-8. */
  readonly text: string
}

/**
 * Sends one request to a loopback port and reads the whole answer; never follows, retries or decodes.
 * @throws Error when the connection fails, breaks inside the body, or `deadlineMs` (30 s) pass
 */
export function request(wanted: TestRequest): Promise<TestAnswer> {
  const { port, method = 'GET', path = '/', headers = {}, body, deadlineMs = 30_000 } = wanted
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const place = { host: '127.0.0.1', port, ...(wanted.from === undefined ? {} : { localAddress: wanted.from }) }
    const options = { ...place, method, path, headers: { ...length, ...headers }, agent: wanted.agent ?? false }
    const sent = open(options, (message) => readAnswer(message).then(resolve, reject))
    const timer = setTimeout(() => sent.destroy(new Error(`${method} ${path}: no whole answer within ${deadlineMs} ms`)), deadlineMs)
    sent.once('close', () => clearTimeout(timer))
    sent.once('error', reject)
    sent.end(body)
  })
}

/**
 * Writes `bytes` on a fresh connection and gives all that comes back until the other side closes.
 * A side that keeps the connection open is left after `deadlineMs` (10 s) with what it has said so far.
 * @throws Error when the connection cannot be made
 */
export function rawExchange(port: number, bytes: string | Buffer, deadlineMs = 10_000): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1')
    const timer = setTimeout(() => socket.destroy(), deadlineMs)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.once('connect', () => socket.write(bytes))
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      // A reset after an answer is an ordinary way to refuse a request: the answer counts.
      if (cause.code !== 'ECONNRESET' && cause.code !== 'EPIPE') reject(cause)
    })
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks))
    })
  })
}

async function readAnswer(message: IncomingMessage): Promise<TestAnswer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const { statusCode = 0, headers, rawHeaders } = message
  return { status: statusCode, headers, rawHeaders, body, text: body.toString('utf8') }
}
