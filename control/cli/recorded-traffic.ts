// Reads a recording, which may be anything: what is no request is counted and left out.

import { MASK, type RecordedRequest, RecordedRequestSchema, RecordingHeadSchema } from '../../edge/contract/recording.ts'
import { validate } from '../../edge/contract/validate.ts'

/** A request to be sent again. */
export interface ReplayRequest {
  /** From the first request of the recording. */
  readonly atMs: number
  /** When its answer was over, from the same. */
  readonly endMs: number
  readonly connection: string
  readonly method: string
  readonly target: string
  readonly host: string
  /** Names and values by turns; without secrets, framing and what a client of ours says itself. */
  readonly fields: readonly string[]
  readonly body: Buffer | null
  readonly answer: RecordedRequest['answer']
}

/** A recording that was read. */
export interface RecordedTraffic {
  /** In the order in which they began. */
  readonly requests: readonly ReplayRequest[]
  /** Requests with a body that is not in the file. */
  readonly withoutBody: number
  /** Requests that would change something, left out. */
  readonly writes: number
  /** Lines that are no requests. */
  readonly unread: number
}

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
/** Between one connection and its ends, or about a message that is made anew. */
const NOT_SENT: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'content-length', 'expect'],
  ...['http2-settings', 'cdn-loop', 'x-weir-mirror', 'traceparent', 'tracestate'],
])

/** Reads a recording. @param writes whether requests that may change something are for it @returns null when the text is none */
export function readRecording(text: string, writes: 'leave-out' | 'send'): RecordedTraffic | null {
  const lines = text.split('\n').filter((line) => line !== '')
  if (lines.length === 0 || !validate(RecordingHeadSchema, parsed(lines[0]!)).ok) return null
  const counts = { withoutBody: 0, writes: 0, unread: 0 }
  const found: RecordedRequest[] = []
  for (const line of lines.slice(1)) {
    const value = parsed(line) as { type?: unknown } | null
    if (value?.type === 'end') continue
    const read = validate(RecordedRequestSchema, value)
    if (!read.ok || read.value.fields.length % 2 === 1) counts.unread += 1
    else if (read.value.method === 'CONNECT') counts.unread += 1
    else if (writes === 'leave-out' && !SAFE.has(read.value.method)) counts.writes += 1
    else if (read.value.content === 'left-out') counts.withoutBody += 1
    else found.push(read.value)
  }
  found.sort((a, b) => a.atMs - b.atMs)
  const firstMs = found[0]?.atMs ?? 0
  return { requests: found.map((request) => replayRequest(request, firstMs)), ...counts }
}

function replayRequest(
  { atMs, durationMs, connection, method, target, fields, body, answer }: RecordedRequest,
  firstMs: number,
): ReplayRequest {
  const sent: string[] = []
  let host = ''
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i]!, fields[i + 1]!]
    const lower = name.toLowerCase()
    if (lower === 'host') host = isWritable(name, value) ? value : ''
    // An empty place is better than a key that opens nothing.
    else if (!NOT_SENT.has(lower) && value !== MASK && isWritable(name, value)) sent.push(name, value)
  }
  const bytes = body === undefined ? null : Buffer.from(body, 'base64')
  return { atMs: atMs - firstMs, endMs: atMs + durationMs - firstMs, connection, method, target, host, fields: sent, body: bytes, answer }
}

function isWritable(name: string, value: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && !/[^\t -~\x80-\xff]/.test(value)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
