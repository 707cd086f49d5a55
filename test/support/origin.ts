import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Scope } from './scope.ts'
import { until } from './until.ts'

// Older records are dropped beyond this; counts go on.
const MAX_RECORDS = 10_000

/** A request as the origin received it, body and all. */
export interface OriginRequest {
  readonly method: string
  /** The request-target as it came, query included. */
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/** An answer; 200 and empty where nothing is said. */
export interface OriginAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
}

/** Gives the answer, or gives nothing and writes to (or destroys) `response` itself. */
export type OriginScript = (
  request: OriginRequest,
  response: ServerResponse,
) => OriginAnswer | undefined | Promise<OriginAnswer | undefined>

/** Requests that wait; `release` answers them and lets later ones pass. */
export interface Hold {
  /** How many wait now. */
  readonly waiting: number
  release(): void
}

type Gate = { waiting: number; readonly opened: Promise<void> }

/** A real HTTP server that answers by script, remembers what it was asked, and waits only when told. */
export class ScriptedOrigin {
  readonly requests: OriginRequest[] = []
  readonly #server: Server
  readonly #scripts = new Map<string, OriginScript>()
  readonly #gates = new Map<string, Gate>()
  readonly #counts = new Map<string, number>()
  #total = 0
  #connections = 0
  #port = 0

  constructor(fallback: OriginAnswer | OriginScript = { body: 'origin' }) {
    this.on('*', fallback)
    this.#server = createServer((message, response) => this.#take(message, response))
    this.#server.on('connection', () => this.#connections++)
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Connections accepted so far. */
  get connections(): number {
    return this.#connections
  }

  /** Answers requests for this path (without its query) so, from now on; `*` is all other paths. */
  on(path: string, answer: OriginAnswer | OriginScript): this {
    this.#scripts.set(path, typeof answer === 'function' ? answer : () => answer)
    return this
  }

  /** Requests for this path (`*`: any) received from now on wait until `release`. */
  hold(path = '*'): Hold {
    const { promise, resolve } = Promise.withResolvers<void>()
    const gate: Gate = { waiting: 0, opened: promise }
    this.#gates.set(path, gate)
    const release = () => {
      if (this.#gates.get(path) === gate) this.#gates.delete(path)
      resolve()
    }
    return {
      get waiting() {
        return gate.waiting
      },
      release,
    }
  }

  /** How many requests came, for this path (without its query) or in all. */
  count(path?: string): number {
    return path === undefined ? this.#total : (this.#counts.get(path) ?? 0)
  }

  /** Waits until `count(path)` has reached `count`. */
  async waitForCount(count: number, path?: string): Promise<void> {
    const what = `${count} request(s) for ${path ?? 'any path'} at the origin`
    await until(() => this.count(path) >= count, { what })
  }

  /** Listens: on a port the system chooses, after `close` on the same one again. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Stops listening and breaks every connection, as a crash would; `listen` brings it back. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  #take(message: IncomingMessage, response: ServerResponse): void {
    this.#answer(message, response).catch((cause: unknown) => {
      // A client that left while we wrote, or a script that threw: the connection is the only place to say so.
      response.destroy(cause instanceof Error ? cause : undefined)
    })
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of message) chunks.push(chunk as Buffer)
    const target = message.url ?? '/'
    const path = target.split('?')[0] as string
    const { method = 'GET', headers, rawHeaders } = message
    const request: OriginRequest = { method, target, headers, rawHeaders, body: Buffer.concat(chunks) }
    this.#record(path, request)
    await this.#pass(path)
    const script = this.#scripts.get(path) ?? (this.#scripts.get('*') as OriginScript)
    const answer = await script(request, response)
    if (!answer) return
    response.statusCode = answer.status ?? 200
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
    response.end(answer.body) // In one piece, so Node adds the Content-Length.
  }

  #record(path: string, request: OriginRequest): void {
    this.requests.push(request)
    if (this.requests.length > MAX_RECORDS) this.requests.shift()
    this.#total++
    this.#counts.set(path, (this.#counts.get(path) ?? 0) + 1)
  }

  async #pass(path: string): Promise<void> {
    const gate = this.#gates.get(path) ?? this.#gates.get('*')
    if (!gate) return
    gate.waiting++
    await gate.opened
    gate.waiting--
  }
}

/** Starts an origin for one test; it is closed when the test ends. */
export async function startOrigin(t: Scope, fallback?: OriginAnswer | OriginScript): Promise<ScriptedOrigin> {
  const origin = new ScriptedOrigin(fallback)
  t.teardown(() => origin.close())
  await origin.listen()
  return origin
}
