// One request to a pool: pick a peer, send, and try the next peer where the error table, the method and the body allow it.
//
// Invariant: a peer's `inFlight` goes up once per try and down once, when the try failed or the body of its answer is over; so whoever
// takes a Fetched opens its body or discards it.

import { recordFailure, recordSuccess } from '../balance/ejection.ts'
import type { Peer } from '../balance/peer.ts'
import { Abort } from '../base/abort.ts'
import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import { type Body, watchedBody } from '../http/body.ts'
import type { UpstreamAnswer, UpstreamRequest } from '../upstream/upstream.ts'
import type { Asked, Exchange } from './exchange.ts'
import { newSpan } from './forward-fields.ts'
import { keyValue } from './key-value.ts'
import { hostFor } from './origin-request.ts'

/** An answer of a peer, with the times that the age of an entry is reckoned from (RFC 9111 §4.2.3). */
export interface Fetched {
  readonly answer: UpstreamAnswer
  readonly requestedAtMs: number
  readonly receivedAtMs: number
  /** From then on the fetch goes on for others, even when this client leaves. */
  readonly outliveClient: () => void
}

/** Methods whose effect is the same when they run twice (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
/** Statuses by which a peer says that it is the one in trouble. */
const PEER_FAILING: ReadonlySet<number> = new Set([502, 503, 504])

/** Sends to one peer after the other until one answers. @param draft see `originRequest` @throws EdgeError of the last try, or NO_PEER */
export async function sendToPool(draft: UpstreamRequest, pool: PoolPlan, asked: Asked, x: Exchange): Promise<Fetched> {
  const { clock, metrics } = x.tools
  const deadlineMs = clock.monotonicMs() + pool.config.totalTimeoutMs
  const key = keyValue(pool.hashKey, asked) ?? asked.client.address
  const once = onceOnly(draft.body)
  const tried: Peer[] = []
  let failed: EdgeError | null = null
  for (let tries = 1; ; tries++) {
    const peer = pool.balancer.pick(key, tried, clock.monotonicMs()) ?? onceMore(tried, failed)
    if (peer === null) throw failed ?? new EdgeError('NO_PEER', { pool: pool.id, peers: pool.peers.length })
    if (failed !== null) metrics.retried(pool.id)
    tried.push(peer)
    x.why.peer = peer.address
    x.why.tries = tries
    try {
      const request = { ...draft, fields: fieldsFor(peer, pool, draft, asked), body: once.body }
      if (failed !== null) newSpan(request.fields, x)
      return await sendToPeer(request, peer, pool, deadlineMs - clock.monotonicMs(), x)
    } catch (thrown) {
      failed = asEdgeError(thrown)
      const spent = tries >= pool.config.tries || clock.monotonicMs() >= deadlineMs
      if (spent || once.opened() || !mayRepeat(failed, draft.method)) throw failed
    }
  }
}

async function sendToPeer(request: UpstreamRequest, peer: Peer, pool: PoolPlan, leftMs: number, x: Exchange): Promise<Fetched> {
  const { clock, metrics, upstream } = x.tools
  const requestedAtMs = clock.wallMs()
  const beganMs = clock.monotonicMs()
  const wanted = new Abort()
  const outliveClient = x.wanted.on(() => wanted.abort())
  peer.inFlight += 1
  try {
    const answer = await upstream.send(request, { ...pool.hopOf(peer), untilHeadMs: Math.max(1, leftMs) }, wanted)
    metrics.sent(pool.id, `${Math.floor(answer.status / 100)}xx`, clock.monotonicMs() - beganMs)
    if (PEER_FAILING.has(answer.status)) noteFailure(peer, pool, x)
    else recordSuccess(peer)
    return { answer: { ...answer, body: released(answer.body, peer) }, requestedAtMs, receivedAtMs: clock.wallMs(), outliveClient }
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
  if (recordFailure(peer, pool.peers, pool.config.ejection, x.tools.clock.monotonicMs()) === 'counted') return
  x.tools.metrics.ejected(pool.id)
  x.tools.log.warn({ event: 'peer-ejected', pool: pool.id, peer: peer.address })
}

function mayRepeat(fault: EdgeError, method: string): boolean {
  if (fault.row.retry === 'always') return true
  return fault.row.retry === 'if-idempotent' && IDEMPOTENT.has(method)
}

// A kept-alive connection may be closed by the peer just as it is used: that says nothing of the peer, which is asked once more
// when it is the last one (RFC 9112 §9.3.1).
function onceMore(tried: readonly Peer[], failed: EdgeError | null): Peer | null {
  const last = tried.at(-1)
  return last !== undefined && failed?.code === 'UPSTREAM_RESET' && tried.indexOf(last) === tried.length - 1 ? last : null
}

// Each try has fields of its own: what one peer is told must not be left over for the next.
function fieldsFor(peer: Peer, pool: PoolPlan, draft: UpstreamRequest, { request }: Asked) {
  const fields = draft.fields.clone()
  fields.set('Host', hostFor(peer, pool, request))
  return fields
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
