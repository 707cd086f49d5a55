// The way of WebSockets: each has a connection of its own to its peer, opened by http-proxy and never shared (a tunnel on a kept
// connection would leave its last bytes to the next request). See docs/decisions/0006-websocket-lane.md.

import type { Abort } from '../base/abort.ts'
import { BoundedMap } from '../base/bounded-map.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Counter, Gauge, Ports } from '../base/ports.ts'
import type { Fields } from '../http/fields.ts'
import { PeerTls } from './peer-tls.ts'
import type { Tunnel } from './tunnel.ts'
import type { Hop, HopTls, UpstreamRequest } from './upstream.ts'
import { type Opened, type Switched, WebsocketAttempt, type WebsocketTask } from './websocket-attempt.ts'
import { websocketKey } from './websocket-handshake.ts'

/** Ways to speak TLS that are remembered. */
const MAX_TLS = 1_024

/** What a lane is built from. */
export type LaneParts = Pick<Ports, 'clock' | 'timers' | 'files' | 'metrics'>

/** How a tunnel is opened, and how long it may be silent. */
export interface LaneTerms {
  /** The longest silence both ways. */
  readonly idleTimeoutMs: number
  /** Takes the client's connection; called at most once, when the origin has switched. @param fields of its 101 */
  readonly onSwitch: (fields: Fields) => Switched
}

/** Opens WebSockets to peers. */
export class WebsocketLane {
  readonly #parts: LaneParts
  readonly #tls = new BoundedMap<string, PeerTls>({ max: MAX_TLS, whenFull: 'evict-oldest' })
  readonly #tunnels = new Set<Tunnel>()
  readonly #open: Gauge
  readonly #toClient: Counter
  readonly #toOrigin: Counter

  constructor(parts: LaneParts) {
    this.#parts = parts
    this.#open = parts.metrics.gauge('weir_tunnels')
    this.#toClient = parts.metrics.counter('weir_tunnel_bytes_total', ['to-client'])
    this.#toOrigin = parts.metrics.counter('weir_tunnel_bytes_total', ['to-origin'])
  }

  /**
   * Asks a peer for a WebSocket.
   * @param request without a body; Connection and Upgrade are added here
   * @param wanted stops the attempt when the client is gone; of no meaning once `onSwitch` was called
   * @throws EdgeError BAD_MESSAGE for a request without a key, UPSTREAM_*, CLIENT_GONE; `onSwitch` was not called then
   */
  open(request: UpstreamRequest, hop: Hop, terms: LaneTerms, wanted: Abort): Promise<Opened> {
    const key = websocketKey(request.fields)
    if (key === null) return Promise.reject(new EdgeError('BAD_MESSAGE', { reason: 'not one Sec-WebSocket-Key of 16 bytes' }))
    if (wanted.aborted) return Promise.reject(new EdgeError('CLIENT_GONE'))
    const secure = hop.scheme === 'https' ? this.#tlsOf(hop.tls) : null
    const name = secure?.nameFor(request.fields.get('host'), hop.address) ?? ''
    return new Promise((resolve, reject) => {
      const attempt = new WebsocketAttempt(this.#taskOf({ request, key, hop, wanted }, terms), {
        resolve: (opened) => {
          if (opened.kind === 'open') this.#hold(opened.tunnel)
          resolve(opened)
        },
        reject: (fault) => {
          if (fault.code === 'UPSTREAM_CONNECT' && fault.cause instanceof Error) secure?.failed(fault.cause)
          reject(fault)
        },
      })
      if (secure === null) return attempt.begin({})
      const failed = (cause: Error) => attempt.fail(new EdgeError('UPSTREAM_CONNECT', { peer: hop.address, reason: cause.message }, cause))
      Promise.resolve(secure.context()).then((context) => attempt.begin(secure.optionsFor(name, context)), failed)
    })
  }

  /** Ends all tunnels. */
  close(): void {
    for (const tunnel of this.#tunnels) tunnel.closeHere()
  }

  #taskOf(asked: Pick<WebsocketTask, 'request' | 'key' | 'hop' | 'wanted'>, { idleTimeoutMs, onSwitch }: LaneTerms): WebsocketTask {
    const { clock, timers } = this.#parts
    return { ...asked, onSwitch, tunnel: { clock, timers, idleTimeoutMs, toClient: this.#toClient, toOrigin: this.#toOrigin } }
  }

  #tlsOf(terms: HopTls): PeerTls {
    const key = `${terms.verify} ${terms.serverName} ${terms.caFile}`
    const known = this.#tls.get(key)
    if (known !== undefined) return known
    const tls = new PeerTls(terms, this.#parts.files)
    this.#tls.set(key, tls)
    return tls
  }

  #hold(tunnel: Tunnel): void {
    this.#tunnels.add(tunnel)
    this.#open.set(this.#tunnels.size)
    tunnel.once('close', () => {
      this.#tunnels.delete(tunnel)
      this.#open.set(this.#tunnels.size)
    })
  }
}
