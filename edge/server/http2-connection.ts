// A connection that speaks HTTP/2: node's session below, our own bounds and deadlines above.
//
// Invariants: nothing that is malformed reaches the line; a fault of one request ends its stream alone, unless the frames themselves
// can no longer be trusted; whatever a client does, it has a bound in streams, bytes and time, and beyond that the connection ends.
//
// Bounds that nghttp2 keeps for us, each measured in test/conformance/http2.test.ts: streams at once and those refused beyond; bytes and
// lines of a head; CONTINUATION frames of one head (8); settings in a frame; answers to PING and SETTINGS that wait to go out (1,000),
// during which nothing more is read; frames that are invalid or empty. All but those on a head end the connection, counted here.

import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream, type ServerSessionOptions } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import { ERRORS } from '../contract/errors.ts'
import { WireFault } from '../wire/wire-fault.ts'
import type { ConnectionHost, HeldConnection } from './connection-host.ts'
import type { Endpoint } from './endpoint.ts'
import { Http2Body } from './http2-body.ts'
import { Http2Exchange, type Http2Line } from './http2-exchange.ts'
import { Http2Head } from './http2-head.ts'
import { refusalText } from './refusal.ts'

/** What one stream may have on the way to us. */
const STREAM_WINDOW_BYTES = 64 * 1024
/** What all streams together may have on the way to us. */
const CONNECTION_WINDOW_BYTES = 1024 * 1024
/** Above it node opens no stream, MB: heads, bodies that wait, and answers of up to a slice on each stream. */
const SESSION_MEMORY_MB = 16
/** What the size of a head counts for each line beside name and value (RFC 9113 §6.5.2). */
const LINE_OVERHEAD_BYTES = 32
/** Lines of a head that are none of the `maxFields`: pseudo fields. */
const PSEUDO_FIELDS = 4
/** How long a connection that we have ended may take to close, and how long one that has just begun is waited for. */
const LINGER_MS = 1_000
const MINUTE_MS = 60_000

/** Why we ended a connection; the labels of weir_http2_ended_total. */
export type Http2End = 'idle' | 'drain' | 'max-requests' | 'resets' | 'flood' | 'protocol' | 'stuck'

/** Serves a connection to its end. */
export function serveHttp2(socket: TLSSocket, endpoint: Endpoint, host: ConnectionHost): void {
  if (socket.destroyed) return
  host.add(new Http2Connection(socket, endpoint, host))
}

class Http2Connection implements HeldConnection, Http2Line {
  readonly endpoint: Endpoint
  readonly #host: ConnectionHost
  readonly #socket: TLSSocket
  readonly #session: ServerHttp2Session
  readonly #exchanges = new Set<Http2Exchange>()
  /** Answered, and still sending. */
  #left: ServerHttp2Stream[] = []
  /** Bytes written and the time when an exchange was last cut because its client took nothing; null when that went out. */
  #stuck: { readonly writtenBytes: number; readonly atMs: number } | null = null
  /** open takes requests; draining finishes those it has; ending is over as far as we are concerned. */
  #state: 'open' | 'draining' | 'ending' = 'open'
  #counted = false
  #requests = 0
  /** Resets of the last minute, as a bucket that leaks. */
  #resets = 0
  #resetAtMs: number
  #nowMs: number
  #dueMs: number

  constructor(socket: TLSSocket, endpoint: Endpoint, host: ConnectionHost) {
    const { bootstrap, clock } = host
    this.endpoint = endpoint
    this.#host = host
    this.#socket = socket
    this.#nowMs = clock.monotonicMs()
    this.#resetAtMs = this.#nowMs
    this.#dueMs = this.#nowMs + Math.max(bootstrap.keepAliveMs, bootstrap.firstByteTimeoutMs)
    this.#session = performServerHandshake(socket, sessionOptions(bootstrap))
    this.#session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
    this.#session.on('stream', (stream, _headers, flags, lines) => this.#take(stream, flags, lines))
    this.#session.on('error', (cause: NodeJS.ErrnoException) => this.#broke(cause))
    // Without its sending side a client can neither ask nor say that it has room for more.
    socket.on('end', () => socket.destroy())
    socket.on('close', () => this.#over())
  }

  // Http2Line: what an exchange has of its connection, and tells it.

  get nowMs(): number {
    return this.#nowMs
  }

  closed(exchange: Http2Exchange, by: 'client' | 'us'): void {
    this.#exchanges.delete(exchange)
    // What ends with its session is nobody's reset.
    if (this.#state === 'ending' || this.#session.destroyed) return
    if (by === 'client') this.#misuse()
    if (this.#exchanges.size > 0) return
    if (this.#state === 'draining') this.#linger()
    else this.#dueMs = this.#nowMs + this.#host.bootstrap.keepAliveMs
  }

  leave(stream: ServerHttp2Stream): void {
    stream.resume()
    this.#left.push(stream)
  }

  // HeldConnection: what the listener asks of it.

  sweep(nowMs: number): void {
    this.#nowMs = nowMs
    if (this.#isLost(nowMs)) return this.#abandon('stuck')
    for (const exchange of this.#exchanges) {
      if (exchange.sweep(nowMs, this.#host.bootstrap) === 'well') continue
      this.#stuck ??= { writtenBytes: this.#socket.bytesWritten, atMs: nowMs }
      exchange.cut()
    }
    if (this.#left.length > 0) this.#left = this.#left.filter((stream) => !this.#refuseRest(stream))
    if (this.#exchanges.size > 0 || nowMs <= this.#dueMs) return
    if (this.#state === 'open') this.#close(this.#host.draining ? 'drain' : 'idle')
    else this.#socket.destroy()
  }

  drain(): void {
    if (this.#state !== 'open') return
    // Who has just connected has its request on the way.
    if (this.#requests > 0) this.#close('drain')
    else this.#dueMs = Math.min(this.#dueMs, this.#nowMs + LINGER_MS)
  }

  destroy(): void {
    this.#state = 'ending'
    this.#socket.destroy()
  }

  // Requests.

  #take(stream: ServerHttp2Stream, flags: number, lines: readonly string[]): void {
    // An error that nobody listens to would end the worker; what it means comes as `close`.
    stream.on('error', () => {})
    if (stream.destroyed || this.#state === 'ending') return
    this.#requests += 1
    const head = Http2Head.read(lines, this.#host.bootstrap, this.endpoint.scheme)
    if (head instanceof WireFault) this.#refuse(stream, head)
    else this.#serve(stream, head, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0 ? 'ended' : 'open')
    if (this.#requests >= this.#host.bootstrap.maxRequestsPerConnection && this.#state === 'open') this.#close('max-requests')
  }

  #serve(stream: ServerHttp2Stream, head: Http2Head, side: 'ended' | 'open'): void {
    // Content means nothing on a HEAD (RFC 9110 §9.3.2), and node cannot tell whether all of it came: it is thrown away.
    const hasBody = side === 'open' && head.lengthBytes !== 0 && head.method !== 'HEAD'
    const expects = head.expectsContinue ? 'continue' : 'nothing'
    const body = hasBody ? new Http2Body(stream, head.lengthBytes, expects, this) : null
    if (body === null && side === 'open') stream.resume()
    const exchange = new Http2Exchange(this, stream, head, body)
    this.#exchanges.add(exchange)
    this.#host.onRequest(exchange, exchange, exchange.wanted)
  }

  #refuse(stream: ServerHttp2Stream, { code, rule }: WireFault): void {
    this.#host.onFault(code)
    this.#host.metrics.counter('weir_wire_refusals_total', [rule]).add(1)
    const text = refusalText(code)
    const fields = ['content-type', 'application/json; charset=utf-8', 'cache-control', 'no-store', 'content-length', String(text.length)]
    stream.respond([':status', String(ERRORS[code].status), ...fields])
    stream.end(text)
    if (!stream.endAfterHeaders) this.leave(stream)
    this.#misuse()
  }

  // NO_ERROR behind a whole answer asks a client to stop sending (RFC 9113 §8.1). In the tick of the answer it would overtake it.
  #refuseRest(stream: ServerHttp2Stream): boolean {
    if (stream.destroyed || stream.closed) return true
    if (!stream.writableFinished) return false
    stream.close(constants.NGHTTP2_NO_ERROR)
    return true
  }

  // Ending.

  // A stream that is opened and reset costs a client one packet, and us a request at the origin (CVE-2023-44487); one that makes us
  // reset it or refuse it is as cheap (CVE-2025-8671). Both leak out of the same bucket.
  #misuse(): void {
    const { http2MaxResetsPerMinute } = this.#host.bootstrap
    const nowMs = this.#host.clock.monotonicMs()
    this.#resets = Math.max(0, this.#resets - ((nowMs - this.#resetAtMs) * http2MaxResetsPerMinute) / MINUTE_MS) + 1
    this.#resetAtMs = nowMs
    if (this.#resets <= http2MaxResetsPerMinute) return
    this.#count('resets')
    this.#linger()
    this.#session.destroy(new RangeError('too many resets'), constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }

  // GOAWAY with the last stream we take; what the client has sent behind it, it may send again elsewhere (RFC 9113 §6.8).
  #close(reason: Http2End): void {
    this.#count(reason)
    this.#state = 'draining'
    if (this.#exchanges.size === 0) this.#linger()
    this.#session.close()
  }

  // A client that takes nothing on one stream loses that one; when not even the reset for it goes out, it takes nothing at all.
  #isLost(nowMs: number): boolean {
    if (this.#stuck === null || nowMs - this.#stuck.atMs < LINGER_MS) return false
    const lost = this.#socket.bytesWritten === this.#stuck.writtenBytes
    this.#stuck = null
    return lost
  }

  #linger(): void {
    this.#state = 'ending'
    this.#dueMs = this.#nowMs + LINGER_MS
  }

  #abandon(reason: Http2End): void {
    this.#count(reason)
    this.#state = 'ending'
    this.#socket.destroy()
  }

  // node destroys the session by itself, and tells when the socket is closed. Not ours: what the network did, and what the client itself
  // ended with a GOAWAY.
  #broke(cause: NodeJS.ErrnoException): void {
    const reason = endReason(cause)
    if (reason !== null) this.#count(reason)
  }

  #over(): void {
    this.#state = 'ending'
    this.#host.remove(this)
  }

  #count(reason: Http2End): void {
    if (this.#counted) return
    this.#counted = true
    this.#host.metrics.counter('weir_http2_ended_total', [reason]).add(1)
  }
}

function sessionOptions(bootstrap: EdgeBootstrap): ServerSessionOptions {
  const { http2MaxStreams, http2MaxResetsPerMinute, maxHeadBytes, maxFields } = bootstrap
  // Twice as many lines as there may be fields: a little too many gets its 431, and cookies come in crumbs.
  const lines = 2 * maxFields + PSEUDO_FIELDS
  return {
    settings: {
      maxConcurrentStreams: http2MaxStreams,
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxHeaderListSize: maxHeadBytes + lines * LINE_OVERHEAD_BYTES,
      enableConnectProtocol: false,
    },
    maxHeaderListPairs: lines,
    maxSessionMemory: SESSION_MEMORY_MB,
    maxSettings: 32,
    maxOutstandingPings: 10,
    maxSessionInvalidFrames: 1_000,
    maxSessionRejectedStreams: 100,
    // nghttp2's own count, for streams that never come as far as here. Ours is the tighter one: it says why (ENHANCE_YOUR_CALM).
    streamResetBurst: 2 * http2MaxResetsPerMinute,
    streamResetRate: Math.ceil((2 * http2MaxResetsPerMinute) / 60),
    strictFieldWhitespaceValidation: false,
    // Several lines of one field are what the origin sent; they are passed on as over HTTP/1.
    strictSingleValueFields: false,
  }
}

// nghttp2's codes for: a callback that failed (node's, when too many streams are refused), flooded, too many CONTINUATION frames.
const FLOODS: ReadonlySet<number> = new Set([-902, -904, -905])

function endReason(cause: NodeJS.ErrnoException): Http2End | null {
  if (cause.code === 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES') return 'flood'
  if (cause.code !== 'ERR_HTTP2_ERROR') return null
  return FLOODS.has(cause.errno ?? 0) ? 'flood' : 'protocol'
}
