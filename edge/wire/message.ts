// What the parsers of this folder give: heads of messages as they stood on the wire, and how their bodies are framed.

/** A version of HTTP/1. Others are refused. */
export type Version = '1.0' | '1.1'

/** How the end of a body is told. @see RFC 9112 §6.3 */
export type Framing =
  | { readonly kind: 'none' }
  /** @remarks bytes is 1 or more: a length of zero is no body. */
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  /** Answers only: the body ends with the connection. */
  | { readonly kind: 'until-close' }

/** The head of a request, valid in every point. */
export interface RequestHead {
  readonly method: string
  /** As it came; its path is made canonical later. */
  readonly target: string
  readonly version: Version
  /** Flat list `[name, value, …]` in wire order, names in the case they came in, values without the space around them. */
  readonly raw: readonly string[]
  /** Whether this is the very list of the request before: its lines are the same, byte by byte. */
  readonly repeated: boolean
  readonly framing: Framing
  /** Whether another request may follow on this connection (RFC 9112 §9.3). */
  readonly persistent: boolean
  /** Whether the client waits for 100 (Continue) before it sends its body (RFC 9110 §10.1.1). */
  readonly expectsContinue: boolean
  /** Whether Connection names Upgrade and the Upgrade field is `websocket` alone (RFC 6455 §4.1). */
  readonly upgrade: 'websocket' | null
}

/** The head of an answer, valid in every point. */
export interface ResponseHead {
  readonly status: number
  readonly version: Version
  readonly raw: string[]
  readonly framing: Framing
  /** Whether the connection may be used again once the body is over. */
  readonly persistent: boolean
  /** Seconds that `Keep-Alive: timeout=` promises, or null. */
  readonly keepAliveS: number | null
}
