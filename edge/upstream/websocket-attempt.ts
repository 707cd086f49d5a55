// One attempt to open a WebSocket at one peer, by way of http-proxy. States: connecting → asked → over.
//
// Invariants: an attempt settles once, and then its timers are cleared and its listener is taken back. Until the peer has said a valid
// 101 the client is not touched: whatever fails before, another peer or another answer can still be had.

import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { createProxyServer } from 'httpxy'
import type { Abort } from '../base/abort.ts'
import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { Cancel } from '../base/ports.ts'
import { Fields } from '../http/fields.ts'
import { messageBody } from './message-body.ts'
import { Tunnel, type TunnelClient, type TunnelTerms } from './tunnel.ts'
import type { Hop, UpstreamAnswer, UpstreamRequest } from './upstream.ts'
import { faultOf } from './upstream-faults.ts'
import { switchFault } from './websocket-handshake.ts'

/** What came of an attempt. */
export type Opened =
  | { readonly kind: 'open'; readonly tunnel: Tunnel }
  /** The origin answered, but did not switch. */
  | { readonly kind: 'answered'; readonly answer: UpstreamAnswer }

/** The connection of the client, and what it is told with the 101. */
export interface Switched extends TunnelClient {
  readonly fields: Fields
}

/** What an attempt needs to know. */
export interface WebsocketTask {
  readonly request: UpstreamRequest
  /** The Sec-WebSocket-Key of the request. */
  readonly key: string
  readonly hop: Hop
  readonly tunnel: TunnelTerms
  readonly wanted: Abort
  /** Takes the client's connection; called once, and only when the origin has switched. @param fields of its 101 */
  readonly onSwitch: (fields: Fields) => Switched
}

/** Where the outcome goes. */
export interface OpenedPromise {
  resolve(opened: Opened): void
  reject(fault: EdgeError): void
}

/** The longest head of an answer. */
const MAX_HEAD_BYTES = 64 * 1024

/** One attempt at one peer. */
export class WebsocketAttempt {
  readonly #task: WebsocketTask
  readonly #promise: OpenedPromise
  readonly #tunnel: Tunnel
  #state: 'connecting' | 'asked' | 'over' = 'connecting'
  #outgoing: ClientRequest | null = null
  #stopTimer: Cancel
  readonly #stopTotal: Cancel
  #stopListening: Cancel = () => {}

  constructor(task: WebsocketTask, promise: OpenedPromise) {
    const { hop, tunnel, wanted } = task
    this.#task = task
    this.#promise = promise
    this.#tunnel = new Tunnel(tunnel)
    this.#stopTimer = tunnel.timers.after(hop.connectTimeoutMs, () => this.#late(hop.connectTimeoutMs))
    this.#stopTotal = tunnel.timers.after(hop.untilHeadMs, () => this.#late(hop.untilHeadMs))
    this.#stopListening = wanted.on(() => this.fail(new EdgeError('CLIENT_GONE')))
  }

  /** Asks the peer. @param secure options of TLS; empty for plain HTTP */
  begin(secure: object): void {
    if (this.#state === 'over') return
    const { hop } = this.#task
    const proxy = createProxyServer()
    proxy.on('proxyReqWs', (outgoing) => this.#follow(outgoing))
    proxy.on('error', (cause) => this.break(cause))
    const options = { target: targetOf(hop), ssl: { ...secure, maxHeaderSize: MAX_HEAD_BYTES }, secure: hop.tls.verify === 'on' }
    proxy
      .ws(messageOf(this.#task.request), this.#tunnel as unknown as Socket, options)
      .catch((cause: unknown) => this.fail(asEdgeError(cause)))
  }

  /** Ends it for a fault; harmless when it is over. */
  fail(fault: EdgeError): void {
    if (this.#state === 'over') return
    this.#settle()
    this.#outgoing?.destroy()
    this.#tunnel.closeHere()
    this.#promise.reject(fault)
  }

  /** The connection, or what came over it, is of no use. */
  break(cause: Error): void {
    const peer = this.#task.hop.address
    // http-proxy could not even begin: that is no fault of the peer.
    if (this.#outgoing === null) return this.fail(new EdgeError('INTERNAL', { peer }, cause))
    const unreadable = String((cause as NodeJS.ErrnoException).code).startsWith('HPE_')
    if (unreadable) return this.fail(new EdgeError('UPSTREAM_INVALID', { peer, reason: cause.message }, cause))
    this.fail(faultOf(cause, peer, this.#state === 'connecting' ? 'connecting' : 'sent'))
  }

  // http-proxy looks at the answer in listeners that it sets behind these.
  #follow(outgoing: ClientRequest): void {
    this.#outgoing = outgoing
    // node would hide what is beyond its limit; how much there may be is bounded in bytes.
    outgoing.maxHeadersCount = 0
    const connected = this.#task.hop.scheme === 'https' ? 'secureConnect' : 'connect'
    outgoing.on('socket', (socket) => socket.once(connected, () => this.#asked()))
    outgoing.on('upgrade', (answer, socket) => this.#switched(answer, socket))
    outgoing.on('response', (answer) => this.#answered(outgoing, answer))
  }

  #asked(): void {
    if (this.#state === 'over') return
    this.#state = 'asked'
    this.#stopTimer()
    const { firstByteTimeoutMs } = this.#task.hop
    this.#stopTimer = this.#task.tunnel.timers.after(firstByteTimeoutMs, () => this.#late(firstByteTimeoutMs))
  }

  #switched(answer: IncomingMessage, socket: Socket): void {
    const { hop, key, onSwitch } = this.#task
    const fields = Fields.fromRaw(answer.rawHeaders)
    const reason = switchFault(fields, key)
    if (reason !== null || this.#state === 'over') {
      socket.destroy()
      return this.fail(new EdgeError('UPSTREAM_INVALID', { peer: hop.address, reason: `a 101, but ${reason}` }))
    }
    let client: Switched
    try {
      client = onSwitch(fields)
    } catch (thrown) {
      socket.destroy()
      return this.fail(asEdgeError(thrown))
    }
    this.#settle()
    // http-proxy writes the head of the 101 from these.
    answer.headers = recordOf(client.fields)
    this.#tunnel.join(client, socket)
    this.#promise.resolve({ kind: 'open', tunnel: this.#tunnel })
  }

  #answered(outgoing: ClientRequest, answer: IncomingMessage): void {
    const { hop, tunnel } = this.#task
    // A 101 without the fields of one: to node it is an answer.
    if (this.#state === 'over' || answer.statusCode === 101) {
      answer.destroy()
      return this.fail(new EdgeError('UPSTREAM_INVALID', { peer: hop.address, reason: 'a 101 that names no protocol' }))
    }
    this.#settle()
    // Else http-proxy would write the answer onto the connection by itself.
    this.#tunnel.closeHere()
    const body = messageBody(answer, outgoing, hop, tunnel.timers)
    this.#promise.resolve({ kind: 'answered', answer: { status: answer.statusCode ?? 0, fields: Fields.fromRaw(answer.rawHeaders), body } })
  }

  #late(afterMs: number): void {
    const code = this.#state === 'connecting' ? 'UPSTREAM_CONNECT_TIMEOUT' : 'UPSTREAM_TIMEOUT'
    this.fail(new EdgeError(code, { peer: this.#task.hop.address, afterMs }))
  }

  #settle(): void {
    this.#state = 'over'
    this.#stopTimer()
    this.#stopTotal()
    this.#stopListening()
  }
}

function targetOf({ scheme, address }: Hop) {
  const protocol = `${scheme}:`
  if (address.startsWith('unix:')) return { protocol, socketPath: address.slice('unix:'.length) }
  const colon = address.lastIndexOf(':')
  return { protocol, host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: address.slice(colon + 1) }
}

/** The request as http-proxy looks at it. */
function messageOf({ method, target, fields }: UpstreamRequest): IncomingMessage {
  const headers = { ...recordOf(fields), connection: 'Upgrade', upgrade: 'websocket' }
  return { method, url: target, headers, httpVersion: '1.1', httpVersionMajor: 1 } as unknown as IncomingMessage
}

/** Fields as node has them: lines of one name under its first spelling. */
function recordOf(fields: Fields): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = Object.create(null)
  const spelling = new Map<string, string>()
  for (const [name, value] of fields) {
    const lower = name.toLowerCase()
    const known = spelling.get(lower)
    if (known === undefined) {
      spelling.set(lower, name)
      record[name] = value
    } else record[known] = [record[known]!, value].flat()
  }
  return record
}
