// One peer of a pool after the other, until one answers: the next is tried where the error table, the method and the body allow it.

import type { Peer } from '../balance/peer.ts'
import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import type { UpstreamRequest } from '../upstream/upstream.ts'
import type { Asked, Exchange } from './exchange.ts'
import { newSpan } from './forward-fields.ts'
import { introduce } from './introduce.ts'
import { keyValue } from './key-value.ts'
import { hostFor } from './origin-request.ts'

/** Methods whose effect is the same when they run twice (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** What is asked of peers. */
export interface PeerRequest<T> {
  /** All but its Host, which hangs on the peer. */
  readonly draft: UpstreamRequest
  /** Asks one peer. @param leftMs until all tries together must have an answer @throws EdgeError */
  readonly ask: (peer: Peer, request: UpstreamRequest, leftMs: number) => Promise<T>
  /** Whether it may not be sent again, whatever the fault. */
  readonly spent: () => boolean
}

/** Asks peers until one answers. @throws EdgeError of the last try, or NO_PEER */
export async function tryPeers<T>({ draft, ask, spent }: PeerRequest<T>, pool: PoolPlan, asked: Asked, x: Exchange): Promise<T> {
  const { clock, metrics } = x.tools
  const deadlineMs = clock.monotonicMs() + pool.config.totalTimeoutMs
  const key = keyValue(pool.hashKey, asked) ?? asked.client.address
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
      const request = requestTo(peer, pool, draft, asked)
      introduce(request.fields, pool, asked, x)
      if (failed !== null) newSpan(request.fields, x)
      return await ask(peer, request, Math.max(1, deadlineMs - clock.monotonicMs()))
    } catch (thrown) {
      failed = asEdgeError(thrown)
      const late = tries >= pool.config.tries || clock.monotonicMs() >= deadlineMs
      if (late || spent() || !mayRepeat(failed, draft.method)) throw failed
    }
  }
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
function requestTo(peer: Peer, pool: PoolPlan, draft: UpstreamRequest, { request }: Asked): UpstreamRequest {
  const fields = draft.fields.clone()
  fields.set('Host', hostFor(peer, pool, request))
  return { ...draft, fields }
}
