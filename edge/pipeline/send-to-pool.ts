// One request to a pool: pick a peer, send, and try the next peer where the error table, the method and the body allow it.

import { recordFailure, recordSuccess } from '../balance/ejection.ts'
import type { Peer } from '../balance/peer.ts'
import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { Client } from '../client/client-class.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import { type Body, watchedBody } from '../http/body.ts'
import type { UpstreamAnswer, UpstreamRequest } from '../upstream/upstream.ts'
import type { Exchange, Request } from './exchange.ts'
import { keyValue } from './key-value.ts'

/** An answer of a peer, with the times that the age of an entry is reckoned from (RFC 9111 §4.2.3). */
export interface Fetched {
  readonly answer: UpstreamAnswer
  readonly requestedAtMs: number
  readonly receivedAtMs: number
}

/** Whose request it is, for the hash key. */
export interface Asker {
  readonly request: Request
  readonly client: Client
  readonly routeId: string
}

/** Methods whose effect is the same when they run twice (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
/** Statuses by which a peer says that it is the one in trouble. */
const PEER_FAILING: ReadonlySet<number> = new Set([502, 503, 504])

/** Sends to one peer after the other until one answers. @throws EdgeError of the last try, or NO_PEER */
export async function sendToPool(request: UpstreamRequest, pool: PoolPlan, asker: Asker, x: Exchange): Promise<Fetched> {
  const beganMs = x.tools.clock.monotonicMs()
  const key = keyValue(pool.hashKey, asker.request, asker.client, asker.routeId) ?? asker.client.address
  const once = onceOnly(request.body)
  const tried: Peer[] = []
  for (;;) {
    const leftMs = pool.config.totalTimeoutMs - (x.tools.clock.monotonicMs() - beganMs)
    const peer = pool.balancer.pick(key, tried, x.tools.clock.wallMs())
    if (peer === null) throw new EdgeError('NO_PEER', { pool: pool.id, peers: pool.peers.length })
    tried.push(peer)
    x.why.peer = peer.address
    x.why.tries = tried.length
    try {
      return await sendToPeer({ ...request, body: once.body }, peer, pool, leftMs, x)
    } catch (thrown) {
      const fault = asEdgeError(thrown)
      const spentMs = x.tools.clock.monotonicMs() - beganMs
      if (!mayRepeat(fault, request.method, once.opened()) || tried.length >= pool.config.tries || spentMs >= pool.config.totalTimeoutMs)
        throw fault
      if (pool.balancer.pick(key, tried, x.tools.clock.wallMs()) === null) throw fault
      x.tools.metrics.retried(pool.id)
    }
  }
}

async function sendToPeer(request: UpstreamRequest, peer: Peer, pool: PoolPlan, leftMs: number, x: Exchange): Promise<Fetched> {
  const { clock, metrics, upstream } = x.tools
  const requestedAtMs = clock.wallMs()
  const beganMs = clock.monotonicMs()
  request.fields.set('Host', pool.config.host === 'peer' || !request.fields.has('host') ? peer.address : request.fields.get('host')!)
  peer.inFlight += 1
  try {
    const answer = await upstream.send(request, { ...pool.hopOf(peer), untilHeadMs: Math.max(1, leftMs) }, x.wanted)
    metrics.sent(pool.id, `${Math.floor(answer.status / 100)}xx`, clock.monotonicMs() - beganMs)
    if (PEER_FAILING.has(answer.status)) noteFailure(peer, pool, x)
    else recordSuccess(peer)
    return { answer: { ...answer, body: released(answer.body, peer) }, requestedAtMs, receivedAtMs: clock.wallMs() }
  } catch (thrown) {
    peer.inFlight -= 1
    const fault = asEdgeError(thrown)
    metrics.sent(pool.id, fault.code, clock.monotonicMs() - beganMs)
    // A client that went away, or sent too much, says nothing about the peer.
    if (fault.row.source === 'upstream' && fault.code !== 'UPSTREAM_BUSY') noteFailure(peer, pool, x)
    throw fault
  }
}

function noteFailure(peer: Peer, pool: PoolPlan, x: Exchange): void {
  if (recordFailure(peer, pool.peers, pool.config.ejection, x.tools.clock.wallMs()) === 'counted') return
  x.tools.metrics.ejected(pool.id)
  x.tools.log.warn({ event: 'peer-ejected', pool: pool.id, peer: peer.address })
}

function mayRepeat(fault: EdgeError, method: string, bodySpent: boolean): boolean {
  if (bodySpent) return false
  if (fault.row.retry === 'always') return true
  return fault.row.retry === 'if-idempotent' && IDEMPOTENT.has(method)
}

// A body that began to flow cannot be sent a second time.
function onceOnly(body: Body | null): { body: Body | null; opened: () => boolean } {
  if (body === null) return { body, opened: () => false }
  let opened = false
  const open: Body['open'] = (sink) => {
    opened = true
    return body.open(sink)
  }
  return { body: { lengthBytes: body.lengthBytes, open }, opened: () => opened }
}

// The peer is busy with the request until the body is over, not only until its head is here.
function released(body: Body, peer: Peer): Body {
  const release = () => {
    peer.inFlight -= 1
  }
  return watchedBody(body, { chunk() {}, end: release, cut: release })
}
