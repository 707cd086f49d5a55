// Asks an edge for pages as a client would, and tells what its cache made of each.

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Timers } from '../../edge/base/ports.ts'

/** A page to ask for. */
export interface Page {
  /** As the client names it, with the port when it is not the scheme's own. */
  readonly host: string
  /** Path and query. */
  readonly target: string
}

/** What the cache made of a page, by the Cache-Status of the edge that answered (RFC 9211). */
export type Visit =
  /** `hit` was kept before, `stored` is kept now, `passed` was answered and not kept. */
  | { readonly kind: 'hit' | 'stored' | 'passed'; readonly status: number }
  | { readonly kind: 'failed'; readonly status: number; readonly sentence: string }

/** Whom to ask. */
export interface VisitorOptions {
  /** The edge, e.g. `http://127.0.0.1:8080`. The scheme is part of every cache key. */
  readonly edge: URL
  readonly connections: number
  /** For one whole answer. */
  readonly timeoutMs: number
  readonly timers: Timers
  /** `any` takes whatever certificate the edge shows. */
  readonly certificate: 'verified' | 'any'
}

const USER_AGENT = 'weir-warm/1 (cache warm-up by its operator)'

/** Visits pages over kept connections. */
export class PageVisitor {
  readonly #options: VisitorOptions
  readonly #agent: HttpAgent | HttpsAgent

  constructor(options: VisitorOptions) {
    this.#options = options
    const kept = { keepAlive: true, maxSockets: options.connections }
    this.#agent = options.edge.protocol === 'https:' ? new HttpsAgent(kept) : new HttpAgent(kept)
  }

  /** Asks for one page and reads its answer to the end. Never rejects. */
  visit({ host, target }: Page): Promise<Visit> {
    const { edge, timeoutMs, timers, certificate } = this.#options
    const send = edge.protocol === 'https:' ? httpsRequest : httpRequest
    const name = host.replace(/:\d+$/, '')
    return new Promise((resolve) => {
      const request = send({
        agent: this.#agent,
        host: edge.hostname.replace(/^\[|\]$/g, ''),
        port: edge.port || (edge.protocol === 'https:' ? 443 : 80),
        path: target,
        headers: { Host: host, 'User-Agent': USER_AGENT, Accept: '*/*' },
        ...(edge.protocol === 'https:' ? { servername: name, rejectUnauthorized: certificate === 'verified' } : {}),
      })
      const stop = timers.after(timeoutMs, () => request.destroy(new Error(`no whole answer within ${timeoutMs} ms`)))
      const end = (visit: Visit) => {
        stop()
        resolve(visit)
      }
      request.on('response', (answer) => readAll(answer, end))
      request.on('error', (cause) => end({ kind: 'failed', status: 0, sentence: cause.message }))
      request.end()
    })
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#agent.destroy()
  }
}

function readAll(answer: IncomingMessage, end: (visit: Visit) => void): void {
  const status = answer.statusCode ?? 0
  answer.on('error', (cause) => end({ kind: 'failed', status, sentence: cause.message }))
  answer.on('end', () => end(status >= 400 ? { kind: 'failed', status, sentence: `answered ${status}` } : { kind: kindOf(answer), status }))
  answer.resume()
}

function kindOf({ headers }: IncomingMessage): 'hit' | 'stored' | 'passed' {
  const lines = headers['cache-status']
  const parameters = nearestMember(Array.isArray(lines) ? lines.join(', ') : (lines ?? ''))
  if (parameters.includes('hit')) return 'hit'
  return parameters.includes('stored') ? 'stored' : 'passed'
}

/** The parameters of the last member, which is that of the cache nearest to us (RFC 9211 §2). */
function nearestMember(list: string): readonly string[] {
  const bare = list.replace(/"(?:[^"\\]|\\.)*"/g, '')
  const member = bare.slice(bare.lastIndexOf(',') + 1)
  return member.split(';').map((parameter) => parameter.trim())
}
