// One request to a pool: sent to one peer after the other until one answers.
//
// Invariant: a peer is busy from the beginning of a try until the try failed or the body of its answer is over; so whoever takes a
// Fetched opens its body or discards it.

import type { Peer } from '../balance/peer.ts'
import { Abort } from '../base/abort.ts'
import type { EdgeError } from '../base/edge-error.ts'
import type { Cancel } from '../base/ports.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import { type Body, type BodyFlow, type BodySink, discard } from '../http/body.ts'
import type { Hop, UpstreamAnswer, UpstreamRequest } from '../upstream/upstream.ts'
import { hopTo } from './deadline.ts'
import type { Asked, Exchange } from './exchange.ts'
import { heldBody } from './held-body.ts'
import { fillSeqOf } from './introduce.ts'
import { labelled } from './labelled.ts'
import type { Attempt, PeerTask } from './peer-task.ts'
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

/**
 * Sends to one peer after the other until one answers. Rejects with the EdgeError of the last try, NO_PEER, or POOL_OPEN.
 * @param draft see `originRequest`; given away, since the first peer gets it as it is
 */
export function sendToPool(draft: UpstreamRequest, pool: PoolPlan, asked: Asked, x: Exchange): Promise<Fetched> {
  const fetch = new Fetch(draft, pool, asked, x)
  const guarded = pool.door !== null || asked.route.breakerAt !== null
  return guarded ? throughDoor(fetch, pool, asked, x) : tryPeers(fetch, pool, asked, x)
}

class Fetch implements PeerTask<UpstreamAnswer, Fetched> {
  readonly draft: UpstreamRequest
  readonly #body: OnceBody | null
  readonly #pool: PoolPlan
  readonly #asked: Asked
  readonly #x: Exchange

  constructor(draft: UpstreamRequest, pool: PoolPlan, asked: Asked, x: Exchange) {
    this.#body = draft.body === null ? null : new OnceBody(draft.body)
    this.draft = this.#body === null ? draft : { ...draft, body: this.#body }
    this.#pool = pool
    this.#asked = asked
    this.#x = x
  }

  get spent(): boolean {
    return this.#body?.opened === true
  }

  get hedgeable(): boolean {
    const { body, method } = this.draft
    return body === null && (method === 'GET' || method === 'HEAD')
  }

  begin(peer: Peer, request: UpstreamRequest, leftMs: number): Attempt<UpstreamAnswer, Fetched> {
    const attempt = new FetchTry(new PeerTry(peer, this.#pool, this.#x), this.#pool, this.#asked, this.#x)
    attempt.send(request, hopTo(peer, this.#pool, this.#asked, leftMs))
    return attempt
  }
}

/** One try, until its answer is taken. */
class FetchTry implements Attempt<UpstreamAnswer, Fetched> {
  answer!: Promise<UpstreamAnswer>
  readonly #try: PeerTry
  readonly #pool: PoolPlan
  readonly #asked: Asked
  readonly #x: Exchange
  readonly #wanted = new Abort()
  readonly #outliveClient: Cancel
  // Before the request is on its way: a purge that comes while it is overtakes what it brings.
  readonly #requestedAtMs: number
  readonly #fillSeq: number

  constructor(attempt: PeerTry, pool: PoolPlan, asked: Asked, x: Exchange) {
    this.#try = attempt
    this.#pool = pool
    this.#asked = asked
    this.#x = x
    this.#requestedAtMs = x.tools.clock.wallMs()
    this.#fillSeq = x.tools.fence.table.seq
    this.#outliveClient = x.wanted.on(() => this.#wanted.abort())
  }

  send(request: UpstreamRequest, hop: Hop): void {
    try {
      this.answer = this.#x.tools.upstream.send(request, hop, this.#wanted)
    } catch (bug) {
      // The peer counts as busy already, until it is told otherwise.
      this.answer = Promise.reject(bug)
    }
  }

  answered({ status }: UpstreamAnswer): number {
    this.#try.answered(status)
    return status
  }

  failed(thrown: unknown): EdgeError {
    this.#outliveClient()
    return this.#try.failed(thrown)
  }

  taken({ status, fields, body }: UpstreamAnswer): Fetched {
    const { budget, clock } = this.#x.tools
    // The peer is busy with the request until the body is over, not only until its head is here.
    const held = heldBody(body, budget, (fault) => this.#try.over(fault))
    const fetched = {
      answer: { status, fields, body: held },
      requestedAtMs: this.#requestedAtMs,
      receivedAtMs: clock.wallMs(),
      fillSeq: fillSeqOf(fields, this.#pool, this.#fillSeq),
      tags: null,
      outliveClient: this.#outliveClient,
    }
    return labelled(fetched, this.#asked)
  }

  dropped({ body }: UpstreamAnswer): void {
    discard(body)
    this.#try.over()
  }

  abandon(): void {
    this.#outliveClient()
    this.answer.then(
      (given) => {
        this.answered(given)
        this.dropped(given)
      },
      () => this.#try.abandoned(),
    )
    this.#wanted.abort()
  }
}

/** A body that cannot be sent a second time, since it began to flow. */
class OnceBody implements Body {
  opened = false
  readonly #body: Body

  constructor(body: Body) {
    this.#body = body
  }

  get lengthBytes(): number | null {
    return this.#body.lengthBytes
  }

  open(sink: BodySink): BodyFlow {
    this.opened = true
    return this.#body.open(sink)
  }
}
