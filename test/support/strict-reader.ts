// Reads one HTTP/1.1 message from bytes, and takes nothing that two readers could take in two ways. It judges what Weir writes, so it
// shares no code with it: what is not written exactly as RFC 9112 has senders write it is a fault, with the reason in words.

/** How the end of a body is told. */
export type ReadFraming = 'none' | 'length' | 'chunked' | 'until-close'

/** A whole message. */
export interface WholeMessage {
  readonly kind: 'whole'
  /** Request line or status line, without its line end. */
  readonly startLine: string
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly framing: ReadFraming
  readonly body: Buffer
  /** Where it ends: the first byte behind it. */
  readonly end: number
}

/** What came of reading. */
export type Reading =
  | WholeMessage
  /** More bytes are needed; the body so far, once the head is whole. */
  | { readonly kind: 'partial'; readonly startLine: string | null; readonly framing: ReadFraming | null; readonly body: Buffer }
  | { readonly kind: 'fault'; readonly why: string }

interface Head {
  readonly startLine: string
  readonly fields: [string, string][]
  readonly end: number
}

const NOTHING = Buffer.alloc(0)
const REQUEST_LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e]+ HTTP\/1\.1$/
const STATUS_LINE = /^HTTP\/1\.1 [1-9][0-9]{2} [\t\x20-\x7e]*$/
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)$/
const LENGTH = /^(?:0|[1-9][0-9]{0,14})$/
const CHUNK_SIZE = /^(?:0|[1-9A-Fa-f][0-9A-Fa-f]{0,7})$/

/** Reads the request that begins at `at`. */
export function readRequest(bytes: Buffer, at: number): Reading {
  const head = readHead(bytes, at, REQUEST_LINE)
  if (head === null) return { kind: 'partial', startLine: null, framing: null, body: NOTHING }
  if (typeof head === 'string') return { kind: 'fault', why: head }
  const hosts = head.fields.filter(([name]) => name === 'host').length
  if (hosts !== 1) return { kind: 'fault', why: `${hosts} Host lines` }
  const framing = framingOf(head, 'none')
  return typeof framing === 'string' ? readBody(bytes, head, framing) : framing
}

/** How the reader of answers knows what they answer, and whether the connection has ended. */
export interface AnswerContext {
  readonly method: string
  readonly connection: 'open' | 'ended' | 'broken'
}

/** Reads the answer that begins at `at`. */
export function readAnswer(bytes: Buffer, at: number, { method, connection }: AnswerContext): Reading {
  const head = readHead(bytes, at, STATUS_LINE)
  if (head === null) return { kind: 'partial', startLine: null, framing: null, body: NOTHING }
  if (typeof head === 'string') return { kind: 'fault', why: head }
  const framing = framingOf(head, 'until-close')
  if (typeof framing !== 'string') return framing
  const status = Number(head.startLine.slice(9, 12))
  const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304
  if (bodiless) return { kind: 'whole', ...head, framing: 'none', body: NOTHING }
  if (framing !== 'until-close') return readBody(bytes, head, framing)
  const body = bytes.subarray(head.end)
  if (connection === 'ended') return { kind: 'whole', ...head, framing, body, end: bytes.length }
  return { kind: 'partial', startLine: head.startLine, framing, body }
}

/** The value of a field, or null; several lines are a fault of the caller's test, so they are joined visibly. */
export function fieldOf({ fields }: WholeMessage, name: string): string | null {
  const values = fields.filter((field) => field[0] === name).map((field) => field[1])
  return values.length === 0 ? null : values.join(' | ')
}

function readHead(bytes: Buffer, at: number, startLine: RegExp): Head | string | null {
  const end = bytes.indexOf('\r\n\r\n', at, 'latin1')
  if (end < 0) return earlyFault(bytes, at)
  const lines = bytes.toString('latin1', at, end).split('\r\n')
  const first = lines[0] as string
  if (!startLine.test(first)) return `a start line ${JSON.stringify(first)}`
  const fields: [string, string][] = []
  for (const line of lines.slice(1)) {
    const match = FIELD_LINE.exec(line)
    if (match === null) return `a field line ${JSON.stringify(line)}`
    fields.push([(match[1] as string).toLowerCase(), match[2] as string])
  }
  return { startLine: first, fields, end: end + 4 }
}

// What can never become a head is a fault already: the bytes behind a body that was longer than its framing said.
function earlyFault(bytes: Buffer, at: number): string | null {
  if (bytes.length > at && !/[A-Z]/.test(String.fromCharCode(bytes[at] as number))) {
    return `bytes that begin no message: ${JSON.stringify(bytes.toString('latin1', at, at + 40))}`
  }
  return null
}

function framingOf(head: Head, without: ReadFraming): ReadFraming | Reading {
  const lengths = head.fields.filter(([name]) => name === 'content-length')
  const codings = head.fields.filter(([name]) => name === 'transfer-encoding')
  if (lengths.length + codings.length > 1) return { kind: 'fault', why: 'more than one field of framing' }
  const [length, coding] = [lengths[0]?.[1], codings[0]?.[1]]
  if (coding !== undefined) return coding === 'chunked' ? 'chunked' : { kind: 'fault', why: `Transfer-Encoding ${JSON.stringify(coding)}` }
  if (length === undefined) return without
  return LENGTH.test(length) ? 'length' : { kind: 'fault', why: `Content-Length ${JSON.stringify(length)}` }
}

function readBody(bytes: Buffer, head: Head, framing: ReadFraming): Reading {
  if (framing === 'none') return { kind: 'whole', ...head, framing, body: NOTHING }
  if (framing === 'chunked') return readChunks(bytes, head)
  const end = head.end + Number(head.fields.find(([name]) => name === 'content-length')?.[1])
  const body = bytes.subarray(head.end, end)
  if (bytes.length < end) return { kind: 'partial', startLine: head.startLine, framing, body }
  return { kind: 'whole', ...head, framing, body, end }
}

function readChunks(bytes: Buffer, head: Head): Reading {
  const chunks: Buffer[] = []
  const partial = (): Reading => ({ kind: 'partial', startLine: head.startLine, framing: 'chunked', body: Buffer.concat(chunks) })
  for (let at = head.end; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1')
    if (lineEnd < 0) return bytes.length - at > 10 ? { kind: 'fault', why: 'a chunk-size line without an end' } : partial()
    const line = bytes.toString('latin1', at, lineEnd)
    if (!CHUNK_SIZE.test(line)) return { kind: 'fault', why: `a chunk-size line ${JSON.stringify(line)}` }
    const from = lineEnd + 2
    const to = from + Number.parseInt(line, 16)
    if (bytes.length < to + 2) {
      chunks.push(bytes.subarray(from, to))
      return partial()
    }
    // Behind the last chunk this is the empty trailer section: Weir passes no trailers on.
    if (bytes.toString('latin1', to, to + 2) !== '\r\n') return { kind: 'fault', why: 'no line end behind a chunk' }
    if (to === from) return { kind: 'whole', ...head, framing: 'chunked', body: Buffer.concat(chunks), end: to + 2 }
    chunks.push(bytes.subarray(from, to))
    at = to + 2
  }
}
