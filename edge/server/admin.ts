// The admin port of an edge: whether it lives, whether it is ready, its metrics, what it serves, and why it would decide as it does.
// Meant for loopback and monitoring networks; all it can be asked to do, from this machine only, is
// an audit of what is kept and a recording of what is asked for.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { exposition, type SlabView } from '../base/exposition.ts'
import type { Ports } from '../base/ports.ts'
import type { Told } from '../config/compile.ts'
import type { ControlSource } from '../config/control-source.ts'
import type { Loader } from '../config/loader.ts'
import { mergedMirrors } from '../contract/mirror-reading.ts'
import type { AuditDesk } from './audit-desk.ts'
import { takeAudit } from './audit-door.ts'
import { descriptorOf } from './descriptor.ts'
import type { HealthDesk } from './health-desk.ts'
import { listenUrl } from './listen-address.ts'
import { listenAt } from './listen-at.ts'
import type { ListenPlace } from './listen-place.ts'
import { poolsPage } from './pools-page.ts'
import type { RecordDesk } from './record-desk.ts'
import { takeRecording } from './record-door.ts'
import type { Supervisor } from './supervisor.ts'

/** What the admin port looks at. */
export interface AdminParts {
  readonly ports: Ports
  readonly loader: Loader
  readonly supervisor: Supervisor
  readonly audits: AuditDesk
  readonly records: RecordDesk
  readonly control: ControlSource | null
  readonly ownView: () => SlabView
  /** The active checks of peers. */
  readonly health: HealthDesk
  /** What would be decided about a request, for /debug/why. */
  readonly explain: (told: Told, query: URLSearchParams) => unknown
}

interface Page {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** The admin port. */
export class Admin {
  readonly #parts: AdminParts
  readonly #server: Server
  #state: 'starting' | 'ready' | 'draining' = 'starting'

  constructor(parts: AdminParts) {
    this.#parts = parts
    this.#server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000, maxHeaderSize: 8_192 }, (request, response) =>
      this.#take(request, response),
    )
    this.#server.maxConnections = 256
  }

  /** Listens. @param text as the bootstrap has it @returns its URL @throws EdgeError LISTEN_FAILED */
  async listen(text: string, place: Pick<ListenPlace, 'fd' | 'sharing'>): Promise<string> {
    const { port } = await listenAt(this.#server, text, { port: null, ...place })
    // A connection that could not be accepted must not end the process.
    this.#server.on('error', (cause) => this.#parts.ports.log.warn({ event: 'admin-accept-failed', cause: String(cause) }))
    return listenUrl(text, 'http', port)
  }

  /** Its listening socket, for who comes after this process; null before it listens. */
  get fd(): number | null {
    return descriptorOf(this.#server)
  }

  /** The edge serves. */
  ready(): void {
    this.#state = 'ready'
  }

  /** The edge is about to end: a balancer should send it nothing new. */
  draining(): void {
    this.#state = 'draining'
  }

  /** Ends the port. */
  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const page = this.#answer(request, response)
    if (page !== null) send(response, page)
  }

  // A page that cannot be made is one answer lost; this thread holds the whole edge.
  #answer(request: IncomingMessage, response: ServerResponse): Page | null {
    if (request.method === 'POST' && request.url?.split('?', 1)[0] === '/cache/audit') return this.#audit(request, response)
    if (request.method === 'POST' && request.url?.split('?', 1)[0] === '/traffic/record') return this.#record(request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return json(405, { message: 'only GET and HEAD are taken here, and POST at /cache/audit and /traffic/record' })
    try {
      if (request.url?.split('?', 1)[0] === '/debug/pools') return this.#pools(response, request.url)
      if (request.url?.split('?', 1)[0] === '/debug/mirrors') return this.#mirrors(response)
      return this.#page(request.url ?? '/')
    } catch (cause) {
      this.#parts.ports.log.error({ event: 'admin-page-failed', target: request.url, cause: String(cause) })
      return json(500, { message: 'this page could not be made; the log says why' })
    }
  }

  #page(target: string): Page {
    const [path, query] = target.split('?', 2)
    switch (path) {
      case '/livez':
        return plain(200, 'alive\n')
      case '/readyz':
        return this.#readiness()
      case '/metrics':
        return {
          status: 200,
          type: 'text/plain; version=0.0.4; charset=utf-8',
          text: exposition([this.#parts.ownView(), ...this.#parts.supervisor.views()]),
        }
      case '/debug/snapshot':
        return this.#snapshot()
      case '/debug/why':
        return this.#why(new URLSearchParams(query))
      default:
        return json(404, {
          message: 'there are /livez, /readyz, /metrics, /debug/snapshot, /debug/pools, /debug/mirrors and /debug/why?url=…',
        })
    }
  }

  #record(request: IncomingMessage, response: ServerResponse): Page | null {
    const refusal = takeRecording(request, response, this.#parts.records)
    return refusal === null ? null : json(refusal.status, { message: refusal.message })
  }

  // It answers by itself, unless it refuses.
  #audit(request: IncomingMessage, response: ServerResponse): Page | null {
    const refusal = takeAudit(request, response, this.#parts.audits, this.#parts.ports.clock)
    return refusal === null ? null : json(refusal.status, { message: refusal.message })
  }

  // The workers are asked, so its answer comes later.
  #mirrors(response: ServerResponse): null {
    Promise.all(this.#parts.supervisor.workers.map((worker) => worker.mirrors())).then(
      (readings) => send(response, json(200, { mirrors: mergedMirrors(readings.flat()) })),
      (cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined),
    )
    return null
  }

  #pools(response: ServerResponse, target: string): null {
    const { supervisor, health } = this.#parts
    const pool = new URLSearchParams(target.split('?', 2)[1]).get('pool')
    Promise.all(supervisor.workers.map((worker) => worker.pools(pool))).then(
      (readings) => send(response, json(200, { pools: poolsPage(readings, (id, address) => health.reading(id, address)) })),
      (cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined),
    )
    return null
  }

  #readiness(): Page {
    if (this.#state !== 'ready') return plain(503, `${this.#state}\n`)
    return this.#parts.supervisor.serving > 0 ? plain(200, 'ready\n') : plain(503, 'no worker serves\n')
  }

  #snapshot(): Page {
    const { loader, control, supervisor } = this.#parts
    const told = loader.told
    if (told === null) return json(503, { message: 'no configuration yet' })
    const { revision, site, switchboard, endpoints } = told
    const { serving: workers, pressure } = supervisor
    return json(200, { revision, workers, pressure, controlConnected: control?.connected ?? null, site, switchboard, endpoints })
  }

  #why(query: URLSearchParams): Page {
    const told = this.#parts.loader.told
    if (told === null) return json(503, { message: 'no configuration yet' })
    return json(200, this.#parts.explain(told, query))
  }
}

function send(response: ServerResponse, { status, type, text }: Page): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function plain(status: number, text: string): Page {
  return { status, type: 'text/plain; charset=utf-8', text }
}

function json(status: number, value: unknown): Page {
  return { status, type: 'application/json; charset=utf-8', text: `${JSON.stringify(value, null, 2)}\n` }
}
