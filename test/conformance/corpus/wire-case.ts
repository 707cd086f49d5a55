// A case of the corpus: bytes that a client sends, and what may come of them.

/** What may come of the bytes of a case. */
export type Outcome =
  /** A 4xx, 501 or 505, the connection closed, nothing at the origin. */
  | 'refused'
  /** As refused, but the message could be told from what follows: the connection may go on in step. */
  | 'declined'
  /** A body that goes wrong on its way: the origin may have its beginning, but no whole request; the connection is closed. */
  | 'broken'
  /** One request at the origin, one answer. */
  | 'one'
  /** One request at the origin, its answer, and then a refusal of what follows. */
  | 'one-then-refused'
  /** A pipelined pair, answered in order. */
  | 'two'

/** A request as the origin must see it. */
export interface Seen {
  readonly method: string
  readonly target: string
  readonly body?: string
  /** Fields it must have, and their values; several lines of a name are joined by ` | `. */
  readonly fields?: Readonly<Record<string, string>>
  /** Names of fields, in lower case, that it must not have. */
  readonly without?: readonly string[]
}

/** One case. */
export interface WireCase {
  readonly name: string
  /** One character a byte. */
  readonly bytes: string
  readonly allowed: readonly Outcome[]
  /** Statuses that a refusal may have; those of the error table that say "not like this" when nothing stands here. */
  readonly statuses?: readonly number[]
  /** What the origin sees of a request that is passed on. */
  readonly sees?: readonly Seen[]
  /** Methods of the requests, where a HEAD is among them. */
  readonly methods?: readonly string[]
  /** Whether the client ends its side behind the bytes: for bodies that would have to go on. */
  readonly leaves?: 'half-closes'
  /** Whether the connection must be closed behind the last answer. */
  readonly closes?: 'must'
}

/** Cases that show one kind of attack. */
export interface Family {
  readonly family: string
  readonly cases: readonly WireCase[]
}

/** A request hidden in the body, or behind the end, of another; it must never reach the origin as one of its own. */
export const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: smuggled\r\n\r\n'

/** A name for a case that is only its bytes. */
export function label(bytes: string): string {
  const text = JSON.stringify(bytes)
  return text.length <= 100 ? text : `${text.slice(0, 80)}… (${bytes.length} bytes)`
}

/** The head of a request and its body; each line of the head gets its CR LF. */
export function message(lines: readonly string[], body = ''): string {
  return `${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`
}

/** A POST with these field lines behind its Host. */
export function post(fields: readonly string[], body = ''): string {
  return message(['POST /post HTTP/1.1', 'Host: a', ...fields], body)
}

/** A GET with these field lines behind its Host. */
export function get(...fields: readonly string[]): string {
  return message(['GET /get HTTP/1.1', 'Host: a', ...fields])
}

/** A body in one chunk. */
export function chunked(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
}

/** A case that must be refused. */
export function refused(name: string, bytes: string, statuses?: readonly number[]): WireCase {
  return { name, bytes, allowed: ['refused'], ...(statuses ? { statuses } : {}) }
}

/** A request that is whole and well framed, but asks for what cannot be; refused, in step or not. */
export function declined(name: string, bytes: string, statuses?: readonly number[]): WireCase {
  return { name, bytes, allowed: ['refused', 'declined'], ...(statuses ? { statuses } : {}) }
}

/** A case whose body must not come to its end. */
export function broken(name: string, bytes: string): WireCase {
  return { name, bytes, allowed: ['broken', 'refused'] }
}

/** A case that must reach the origin as one request. */
export function one(name: string, bytes: string, sees: Seen): WireCase {
  return { name, bytes, allowed: ['one'], sees: [sees] }
}

/** The same case where it may also be refused: RFC 9112 leaves it to the recipient. */
export function orRefused(wireCase: WireCase): WireCase {
  return { ...wireCase, allowed: [...wireCase.allowed, 'refused', 'declined', 'broken'] }
}

/** What the origin sees of `post`. */
export function seenPost(body: string): Seen {
  return { method: 'POST', target: '/post', body }
}

/** What the origin sees of `get`. */
export const SEEN_GET: Seen = { method: 'GET', target: '/get', body: '' }
