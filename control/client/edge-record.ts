// Asks the admin port of an edge for a recording of live traffic, and hands on its lines as they come.

import { type IncomingMessage, request } from 'node:http'
import { LineReader } from '../../edge/base/line-reader.ts'
import { MAX_RECORDED_LINE_BYTES, type RecordingEnd, type RecordTerms } from '../../edge/contract/recording.ts'

/** Whom to ask for what. */
export interface RecordAsk {
  /** The admin port, e.g. `http://127.0.0.1:9901`. */
  readonly edge: URL
  readonly terms: RecordTerms
  /** Takes each line, without its end. */
  readonly take: (line: string) => void
  /** Resolves when nobody wants more of it. */
  readonly stopped: Promise<unknown>
}

/** What came of it. A recording that was stopped here has no end of its own. */
export type RecordAnswer =
  | { readonly ok: true; readonly end: Omit<RecordingEnd, 'type'> }
  | { readonly ok: false; readonly kind: 'unreachable' | 'refused'; readonly sentence: string }

/** How long an edge has to say that it records no more. */
const STOP_MS = 2_000

/** Records to its end. Never rejects. */
export function recordEdge({ edge, terms, take, stopped }: RecordAsk): Promise<RecordAnswer> {
  return new Promise((resolve) => {
    const broken = (cause: Error) =>
      resolve({ ok: false, kind: 'unreachable', sentence: `${edge.origin} does not answer: ${cause.message}` })
    const sent = request(urlOf(edge, terms), { method: 'POST', agent: false })
    const lines = new Lines(take)
    sent.on('error', broken)
    sent.on('response', (answer) => {
      answer.on('error', broken)
      answer.on('data', (chunk: Buffer) => {
        if (!lines.read(chunk)) answer.destroy(new Error('its answer is too long'))
      })
      answer.on('end', () => resolve(lines.answer(answer)))
      lines.begin(answer)
    })
    sent.end()
    void stopped.then(() => {
      // What was recorded by now comes before the end.
      const stop = request(new URL('/traffic/record?stop=yes', edge), { method: 'POST', agent: false, timeout: STOP_MS })
      const cut = () => {
        resolve({ ok: true, end: { ended: 'stopped', requests: lines.requests, dropped: 0 } })
        sent.destroy()
      }
      stop.on('response', (answer) => answer.resume())
      stop.on('timeout', cut)
      stop.on('error', cut)
      stop.end()
    })
  })
}

class Lines {
  readonly #reader = new LineReader(MAX_RECORDED_LINE_BYTES)
  readonly #take: (line: string) => void
  #taken = 0
  #recording = false
  #said = ''
  #last = ''

  constructor(take: (line: string) => void) {
    this.#take = take
  }

  /** Requests so far. */
  get requests(): number {
    return Math.max(0, this.#taken - 1)
  }

  begin({ statusCode }: IncomingMessage): void {
    this.#recording = statusCode === 200
  }

  /** @returns false when a line is too long */
  read(chunk: Buffer): boolean {
    const lines = this.#reader.take(chunk)
    if (lines === 'too-long') return false
    for (const line of lines) {
      if (this.#recording) {
        this.#take(line)
        this.#taken += 1
        this.#last = line
      } else this.#said += line
    }
    return this.#said.length <= MAX_RECORDED_LINE_BYTES
  }

  answer({ statusCode }: IncomingMessage): RecordAnswer {
    if (!this.#recording) {
      const { message } = parsed(this.#said) as { message?: unknown }
      return { ok: false, kind: 'refused', sentence: typeof message === 'string' ? message : `the edge answered ${statusCode}` }
    }
    const end = parsed(this.#last) as Partial<RecordingEnd>
    if (end.type !== 'end') return { ok: false, kind: 'unreachable', sentence: 'the recording broke off' }
    return { ok: true, end: { ended: end.ended ?? 'stopped', requests: end.requests ?? this.requests, dropped: end.dropped ?? 0 } }
  }
}

function urlOf(edge: URL, { sample, forMs, maxBytes, bodyBytes, route, mask }: RecordTerms): URL {
  const url = new URL('/traffic/record', edge)
  for (const [name, value] of Object.entries({ sample, forMs, maxBytes, bodyBytes })) url.searchParams.set(name, String(value))
  if (route !== undefined) url.searchParams.set('route', route)
  for (const name of mask) url.searchParams.append('mask', name)
  return url
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
