// The one client of the control plane's API. What goes wrong is a value with a sentence that says what to do next.

import type { Timers } from '../../edge/base/ports.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import { isProblem, readProblem } from './read-problem.ts'

/** Answers longer than this are not read: no list of the API comes near it, a site of 20,000 routes does not either. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024
const DEFAULT_TIMEOUT_MS = 10_000

/** Where the API is and who asks. */
export interface ApiClientOptions {
  /** The base of all paths, e.g. `http://127.0.0.1:9900`. */
  readonly url: string
  readonly token: string
  readonly timers: Timers
}

/** One call. */
export interface ApiCall {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** With its query, e.g. `/v1/audit?limit=20`. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** The entity tag that must still stand, quotes included. */
  readonly ifMatch?: string
  /** Until the whole answer is here; 10 s when left out. */
  readonly timeoutMs?: number
}

/** An answer whose status is below 300. */
export interface ApiAnswer<T> {
  readonly ok: true
  readonly status: number
  readonly value: T
  /** The entity tag of the answer, quotes included; null without one. */
  readonly etag: string | null
}

/** Why there is no such answer. */
export interface ApiFailure {
  readonly ok: false
  /** `unreachable` when no control plane answered, `refused` when one did. */
  readonly kind: 'unreachable' | 'refused'
  /** The status of the answer; 0 without one. */
  readonly status: number
  /** What went wrong and what to do next, for a person. */
  readonly sentence: string
  readonly problems: readonly Problem[]
}

/** What became of a call. */
export type ApiResult<T> = ApiAnswer<T> | ApiFailure

/** Calls the API. */
export class ApiClient {
  readonly url: string
  readonly #token: string
  readonly #timers: Timers

  constructor({ url, token, timers }: ApiClientOptions) {
    this.url = url.replace(/\/+$/, '')
    this.#token = token
    this.#timers = timers
  }

  /** Sends one call and reads its whole answer; never throws. The value is as the API says: it is not checked again. */
  async call<T>(call: ApiCall): Promise<ApiResult<T>> {
    const timeoutMs = call.timeoutMs ?? DEFAULT_TIMEOUT_MS
    const abort = new AbortController()
    const cancel = this.#timers.after(timeoutMs, () => abort.abort())
    try {
      const response = await fetch(`${this.url}${call.path}`, this.#request(call, abort.signal))
      const value = parse(await readText(response))
      // Also where a site answers everything with a page: that is no control plane, whatever its status says.
      if (typeof value === 'string' || (!response.ok && !isProblem(value))) return this.#stranger(response.status)
      if (response.ok) return { ok: true, status: response.status, value: value as T, etag: response.headers.get('etag') }
      return { ok: false, kind: 'refused', status: response.status, ...readProblem(response.status, value) }
    } catch (cause) {
      return this.#unreachable(abort.signal.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(cause))
    } finally {
      cancel()
    }
  }

  #request(call: ApiCall, signal: AbortSignal): RequestInit {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (this.#token !== '') headers.authorization = `Bearer ${this.#token}`
    if (call.ifMatch !== undefined) headers['if-match'] = call.ifMatch
    if (call.body !== undefined) headers['content-type'] = 'application/json'
    // A redirect would carry the token to a place that nobody named.
    const base: RequestInit = { method: call.method, headers, signal, redirect: 'error' }
    return call.body === undefined ? base : { ...base, body: JSON.stringify(call.body) }
  }

  #stranger(status: number): ApiFailure {
    const sentence = `what answers at ${this.url} (${status}) is no control plane; set --control to the address of one`
    return { ok: false, kind: 'unreachable', status, sentence, problems: [] }
  }

  #unreachable(reason: string): ApiFailure {
    const sentence = `control plane at ${this.url} does not answer: ${reason}; start it with \`weir up\` or \`weir control\`, or set --control`
    return { ok: false, kind: 'unreachable', status: 0, sentence, problems: [] }
  }
}

async function readText(response: Response): Promise<string> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > MAX_ANSWER_BYTES) throw new RangeError(`an answer of more than ${MAX_ANSWER_BYTES} bytes`)
    parts.push(decoder.decode(chunk, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}

function parse(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text // A proxy in between may answer with a page; its status says enough.
  }
}

// fetch hides what happened in causes of causes; the innermost names it (ECONNREFUSED, ENOTFOUND, …).
function reasonOf(thrown: unknown): string {
  let innermost = thrown
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause
  if (innermost instanceof AggregateError && innermost.errors.length > 0) innermost = innermost.errors[0]
  const { code } = innermost as { readonly code?: unknown }
  if (code === 'ECONNREFUSED') return 'connection refused'
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'it does not speak TLS, so the URL begins with http://'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known'
  // Some libraries below put whole lines of their own into it.
  return (innermost instanceof Error ? innermost.message : String(innermost)).replace(/\s+/g, ' ').trim()
}
