// One request to a pool: sent to one peer after the other until one answers.
//
// Invariant: a peer is busy from the beginning of a try until the try failed or the body of its answer is over; so whoever takes a
// Fetched opens its body or discards it.

import type { Peer } from '../balance/peer.ts'
import { Abort } from '../base/abort.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import type { Body } from '../http/body.ts'
import type { UpstreamAnswer, UpstreamRequest } from '../upstream/upstream.ts'
import type { Asked, Exchange } from './exchange.ts'
import { heldBody } from './held-body.ts'
import { fillSeqOf } from './introduce.ts'
import { labelled } from './labelled.ts'
import { PeerTry } from './peer-try.ts'
import { throughDoor } from './pool-door.ts'
import { tryPeers } from './try-peers.ts'

/** An answer of a peer, with the times that the age of an entry is reckoned from (RFC 9111 §4.2.3). */
export interface Fetched {
  readonly answer: UpstreamAnswer
  readonly requestedAtMs: number
  readonly receivedAtMs: number
  /** The highest purge that was known when the peer was asked: what of it is kept is reached by each later one. */
  readonly fillSeq: number
  /** What it may be purged by; null when the answer has no labels of its own. */
  readonly tags: readonly string[] | null
  /** From then on the fetch goes on for others, even when this client leaves. */
  readonly outliveClient: () => void
}

/** Sends to one peer after the other until one answers. @param draft see `originRequest` @throws EdgeError of the last try, NO_PEER, or POOL_OPEN */
export function sendToPool(draft: UpstreamRequest, pool: PoolPlan, asked: Asked, x: Exchange): Promise<Fetched> {
  const { body, opened } = onceOnly(draft.body)
  const ask = (peer: Peer, request: UpstreamRequest, leftMs: number) => sendToPeer(request, peer, pool, leftMs, x)
  const request = { draft: { ...draft, body }, ask, spent: opened }
  const guarded = pool.door !== null || asked.route.breakerAt !== null
  const fetching = guarded ? throughDoor(request, pool, asked, x) : tryPeers(request, pool, asked, x)
  return fetching.then((fetched) => labelled(fetched, asked))
}

async function sendToPeer(request: UpstreamRequest, peer: Peer, pool: PoolPlan, leftMs: number, x: Exchange): Promise<Fetched> {
  const { budget, clock, upstream } = x.tools
  // Before the request is on its way: a purge that comes while it is overtakes what it brings.
  const requestedAtMs = clock.wallMs()
  const fillSeq = x.tools.fence.table.seq
  const attempt = new PeerTry(peer, pool, x)
  const wanted = new Abort()
  const outliveClient = x.wanted.on(() => wanted.abort())
  try {
    const answer = await upstream.send(request, { ...pool.hopOf(peer), untilHeadMs: leftMs }, wanted)
    attempt.answered(answer.status)
    // The peer is busy with the request until the body is over, not only until its head is here.
    const body = heldBody(answer.body, budget, () => attempt.over())
    return {
      answer: { ...answer, body },
      requestedAtMs,
      receivedAtMs: clock.wallMs(),
      fillSeq: fillSeqOf(answer.fields, pool, fillSeq),
      tags: null,
      outliveClient,
    }
  } catch (thrown) {
    throw attempt.failed(thrown)
  }
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
