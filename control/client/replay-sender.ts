// Sends recorded requests to a target over kept connections, and reads what is answered to the end.

import { createHash } from 'node:crypto'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Clock, Timers } from '../../edge/base/ports.ts'
import { DIGEST_BYTES } from '../../edge/contract/recording.ts'

/** A request to send. */
export interface SentAgain {
  readonly method: string
  readonly target: string
  readonly host: string
  /** Names and values by turns. */
  readonly fields: readonly string[]
  readonly body: Buffer | null
}

/** What came of it. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly bytes: number; readonly digest: string; readonly tookMs: number }
  | { readonly kind: 'failed'; readonly sentence: string; readonly tookMs: number }

/** Whom to send to. */
export interface SenderOptions {
  readonly target: URL
  readonly connections: number
  /** For one whole answer. */
  readonly timeoutMs: number
  readonly clock: Clock
  readonly timers: Timers
  /** `any` takes whatever certificate the target shows. */
  readonly certificate: 'verified' | 'any'
  /** Put in place of recorded ones, e.g. a test account's Authorization. */
  readonly fields: ReadonlyMap<string, string>
  /** The Host of every request; null takes the recorded one. */
  readonly host: string | null
}

/** Methods whose requests have no body by their nature. */
const WITHOUT_CONTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])
/** Marks what was not asked by people. */
const MARK = 'X-Weir-Replay'

/** Sends requests. */
export class ReplaySender {
  readonly #options: SenderOptions
  readonly #agent: HttpAgent | HttpsAgent

  constructor(options: SenderOptions) {
    this.#options = options
    const kept = { keepAlive: true, maxSockets: options.connections }
    this.#agent = options.target.protocol === 'https:' ? new HttpsAgent(kept) : new HttpAgent(kept)
  }

  /** Sends one, and reads its answer to the end. Never rejects. */
  send(again: SentAgain): Promise<Outcome> {
    const { target, timeoutMs, clock, timers, certificate } = this.#options
    const secure = target.protocol === 'https:'
    const host = this.#options.host ?? (again.host === '' ? target.host : again.host)
    const beganMs = clock.monotonicMs()
    return new Promise((resolve) => {
      const request = (secure ? httpsRequest : httpRequest)({
        agent: this.#agent,
        host: target.hostname.replace(/^\[|\]$/g, ''),
        port: target.port || (secure ? 443 : 80),
        method: again.method,
        path: again.target,
        headers: this.#fieldsOf(again, host),
        ...(secure ? { servername: nameOf(host), rejectUnauthorized: certificate === 'verified' } : {}),
      })
      const tookMs = () => clock.monotonicMs() - beganMs
      const end = (outcome: Outcome) => {
        stop()
        resolve(outcome)
      }
      const failed = (cause: Error) => end({ kind: 'failed', sentence: cause.message, tookMs: tookMs() })
      const stop = timers.after(timeoutMs, () => request.destroy(new Error(`no whole answer within ${timeoutMs} ms`)))
      request.on('response', (answer) => read(answer, failed, (about) => end({ kind: 'answered', ...about, tookMs: tookMs() })))
      request.on('error', failed)
      request.end(again.body ?? undefined)
    })
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#agent.destroy()
  }

  #fieldsOf({ fields, body, method }: SentAgain, host: string): string[] {
    const { fields: own } = this.#options
    const lines = ['Host', host]
    for (let i = 0; i < fields.length; i += 2) if (!own.has(fields[i]!.toLowerCase())) lines.push(fields[i]!, fields[i + 1]!)
    for (const [name, value] of own) lines.push(name, value)
    lines.push(MARK, '1')
    if (body !== null) lines.push('Content-Length', String(body.byteLength))
    // Without it Node would announce chunks, of which none come.
    else if (!WITHOUT_CONTENT.has(method)) lines.push('Content-Length', '0')
    return lines
  }
}

function read(
  answer: IncomingMessage,
  failed: (cause: Error) => void,
  end: (about: { status: number; bytes: number; digest: string }) => void,
): void {
  const hash = createHash('sha256')
  let bytes = 0
  answer.on('data', (chunk: Buffer) => {
    const leftBytes = DIGEST_BYTES - bytes
    bytes += chunk.byteLength
    if (leftBytes > 0) hash.update(chunk.byteLength > leftBytes ? chunk.subarray(0, leftBytes) : chunk)
  })
  answer.on('error', failed)
  answer.on('end', () => end({ status: answer.statusCode ?? 0, bytes, digest: hash.digest('base64') }))
}

function nameOf(host: string): string {
  const name = host.replace(/:\d+$/, '')
  // RFC 6066 §3: an address is no name.
  return /^[\d.]+$|^\[/.test(name) ? '' : name
}
