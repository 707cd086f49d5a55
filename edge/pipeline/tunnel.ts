// Answering stage: a WebSocket is opened at a peer of the pool, and from then on both sides speak without us. Until the origin has
// switched, everything is as with any request: another peer may be tried, and a fault gets its answer.
//
// Invariant: a peer is busy, and counts one tunnel, from the beginning of a try until it failed or the tunnel ended; the connection of
// the client is taken once, by the peer that switched.

import type { Peer } from '../balance/peer.ts'
import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import type { Mode } from '../contract/degrade.ts'
import { discard } from '../http/body.ts'
import type { Fields } from '../http/fields.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'
import { appendVia } from '../http/via.ts'
import type { TunnelEnd } from '../upstream/tunnel.ts'
import type { Hop, UpstreamAnswer, UpstreamRequest } from '../upstream/upstream.ts'
import { breakersOf, passing } from './breaker-pass.ts'
import { hopTo } from './deadline.ts'
import { type Answer, type Asked, type Exchange, type Sent, targetOf, type UpgradeOffer } from './exchange.ts'
import { poolIdOf, poolOf } from './forward.ts'
import { forwardFields, refuseLoop } from './forward-fields.ts'
import { heldBody } from './held-body.ts'
import { tellHsts } from './hsts.ts'
import type { Attempt } from './peer-task.ts'
import { PeerTry } from './peer-try.ts'
import { tryPeers } from './try-peers.ts'

/** Opens a WebSocket, or null when none is asked for or may be had here. Rejects with NO_PEER, POOL_OPEN, LOOP, UPSTREAM_*, CLIENT_GONE, BAD_MESSAGE. */
export function tunnel(asked: Asked, mode: Mode, x: Exchange): Promise<Answer> | null {
  const { upgrade, method, httpVersion, body } = x.incoming
  if (upgrade === null || asked.route.config.websocket === 'refuse' || poolIdOf(asked) === null) return null
  // Such a request is none for a WebSocket (RFC 6455 §4.1), nor may HTTP/1.0 ask for a switch (RFC 9110 §7.8): it is served without.
  if (method !== 'GET' || httpVersion !== '1.1' || body !== null) return null
  // No origin is asked then; the cache may have an answer.
  if (mode !== 'normal') return null
  return open(asked, upgrade, x)
}

async function open(asked: Asked, offer: UpgradeOffer, x: Exchange): Promise<Answer> {
  const { request } = asked
  refuseLoop(request, x)
  const pool = poolOf(asked, x)
  const draft = {
    method: 'GET',
    target: targetOf(request.path, request.query),
    fields: forwardFields(asked, asked.request.fields, x),
    body: null,
  }
  const begin = (peer: Peer, toPeer: UpstreamRequest, leftMs: number) =>
    opening(openAt(peer, pool, { request: toPeer, hop: hopTo(peer, pool, asked, leftMs), offer }, x))
  // The connection of the client can be given to one origin only, so two are never asked at once.
  const task = { draft, spent: false, hedgeable: false, begin }
  return passing(
    breakersOf(pool, asked),
    x.tools,
    () => tryPeers(task, pool, asked, x),
    ({ status }) => status,
  )
}

// Whatever an origin says to an upgrade is its answer: no status sends it to another. What it counts for is told where it is opened.
function opening(answer: Promise<Answer>): Attempt<Answer, Answer> {
  return { answer, answered: () => 0, failed: asEdgeError, taken: (given) => given, dropped: ({ body }) => discard(body), abandon() {} }
}

/** What is asked of one peer, and what it may take. */
interface Opening {
  readonly request: UpstreamRequest
  readonly hop: Hop
  readonly offer: UpgradeOffer
}

async function openAt(peer: Peer, pool: PoolPlan, { request, hop, offer }: Opening, x: Exchange): Promise<Answer> {
  const { maxTunnels, tunnelIdleTimeoutMs } = pool.config
  const attempt = new PeerTry(peer, pool, x)
  if (peer.tunnels >= maxTunnels) throw attempt.failed(new EdgeError('UPSTREAM_BUSY', { peer: peer.address, tunnels: peer.tunnels }))
  peer.tunnels += 1
  let told: Fields = request.fields
  const onSwitch = (fields: Fields) => {
    told = switchedFields(fields, x)
    return { ...offer.take(), fields: told }
  }
  try {
    const opened = await x.tools.websockets.open(request, hop, { idleTimeoutMs: tunnelIdleTimeoutMs, onSwitch }, x.wanted)
    if (opened.kind === 'answered') return unswitched(opened.answer, peer, pool, attempt, x)
    attempt.answered(101)
    const sent = opened.tunnel.ended.then((end) => {
      peer.tunnels -= 1
      attempt.over()
      x.tools.metrics.tunnelEnded(pool.id, end.reason)
      return sentBy(end, peer)
    })
    return { status: 101, fields: told, body: null, servedBy: 'origin', sent }
  } catch (thrown) {
    peer.tunnels -= 1
    throw attempt.failed(thrown)
  }
}

// What the client sent behind its request was meant for a WebSocket: the connection ends, so that nobody reads it as a request.
function unswitched(answer: UpstreamAnswer, peer: Peer, pool: PoolPlan, attempt: PeerTry, x: Exchange): Answer {
  peer.tunnels -= 1
  attempt.answered(answer.status)
  x.tools.metrics.tunnelEnded(pool.id, 'refused')
  const fields = withoutHopByHop(answer.fields)
  fields.set('Connection', 'close')
  const body = heldBody(answer.body, x.tools.budget, (fault) => attempt.over(fault))
  return { status: answer.status, fields, body, servedBy: 'origin' }
}

function switchedFields(fields: Fields, x: Exchange): Fields {
  const told = withoutHopByHop(fields)
  // RFC 9110 §8.6: a 101 has no length, and who believed one would look for an end in the tunnel.
  told.delete('content-length')
  told.set('Connection', 'Upgrade')
  told.set('Upgrade', 'websocket')
  appendVia(told, '1.1', x.tools.edgeId)
  told.set('X-Request-Id', x.id)
  if (x.why.hsts !== null) tellHsts(told, x.why.hsts)
  return told
}

function sentBy({ reason, bytesToClient }: TunnelEnd, peer: Peer): Sent {
  if (reason === 'client-reset') return { outcome: 'client-gone', bytes: bytesToClient }
  if (reason !== 'origin-reset') return { outcome: 'whole', bytes: bytesToClient }
  return { outcome: 'cut', bytes: bytesToClient, fault: new EdgeError('UPSTREAM_CUT', { peer: peer.address }) }
}
