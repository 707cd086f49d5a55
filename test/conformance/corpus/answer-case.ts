// A case of the corpus of answers: bytes that an origin sends, and what the client may get.

/** What a client may get. */
export type Got =
  /** The answer, with its status and its whole body. */
  | 'whole'
  /** An error of ours in its place: 502, or 504 where the origin only keeps talking. */
  | 'bad-gateway'
  /** The head and a part of the body, visibly cut: no last chunk, short of its length, or the connection reset. */
  | 'cut'

/** How the origin's connection ends behind the bytes. */
export type Ends = 'keeps' | 'fin' | 'reset'

/** One case. */
export interface AnswerCase {
  readonly name: string
  readonly method?: 'GET' | 'HEAD'
  /** Sent one after the other; one character a byte. */
  readonly pieces: readonly string[]
  /** Sent once the client has its answer. */
  readonly later?: string
  /** Sent again and again in place of an end, for as long as the edge takes it. */
  readonly forever?: string
  readonly ends: Ends
  readonly allowed: readonly Got[]
  /** Of a whole answer; 200 when nothing stands here. */
  readonly status?: number
  /** Of a whole answer. */
  readonly body: string
  /** Whether the connection may serve nobody else, even when this client got its whole answer. */
  readonly reuse: 'may' | 'must-not'
}

/** Cases that show one kind of attack or fault. */
export interface AnswerFamily {
  readonly family: string
  readonly cases: readonly AnswerCase[]
}

/** What belongs to nobody: no client may ever see it. */
export const STOLEN = 'STOLEN'
/** An answer to a request that nobody made. */
export const SECOND = `HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: ${STOLEN.length}\r\n\r\n${STOLEN}`
/** The body of most answers. */
export const BODY = 'hello'

/** The head of an answer with these field lines; it may be kept by a cache. */
export function head(fields: readonly string[], statusLine = 'HTTP/1.1 200 OK'): string {
  return [statusLine, 'Cache-Control: max-age=60', ...fields, '', ''].join('\r\n')
}

/** A whole answer of `hello`, by its length. */
export const WHOLE = head([`Content-Length: ${BODY.length}`]) + BODY
/** A whole answer of `hello`, in two chunks. */
export const CHUNKED = `${head(['Transfer-Encoding: chunked'])}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`

/** A case that must end in an error of ours. */
export function bad(name: string, bytes: string, ends: Ends = 'keeps'): AnswerCase {
  return { name, pieces: [bytes], ends, allowed: ['bad-gateway'], body: BODY, reuse: 'must-not' }
}

/** A case that RFC 9112 lets a proxy mend or refuse. */
export function badOrWhole(name: string, bytes: string, ends: Ends = 'keeps'): AnswerCase {
  return { ...bad(name, bytes, ends), allowed: ['bad-gateway', 'whole'], reuse: 'may' }
}

/** A case whose head is fine and whose body is not. */
export function cut(name: string, bytes: string, ends: Ends = 'keeps'): AnswerCase {
  return { ...bad(name, bytes, ends), allowed: ['cut', 'bad-gateway'] }
}

/** A case that the client gets whole. */
export function whole(name: string, bytes: string, ends: Ends = 'keeps'): AnswerCase {
  return { ...bad(name, bytes, ends), allowed: ['whole'], reuse: 'may' }
}

/** A case that the client gets whole, and after which the connection must be closed. */
export function wholeAndLast(name: string, bytes: string, ends: Ends = 'keeps'): AnswerCase {
  return { ...whole(name, bytes, ends), reuse: 'must-not' }
}
