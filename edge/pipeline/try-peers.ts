// One peer of a pool after the other, until one answers. Another is asked where the error table, the method and the body allow it, within
// the tries, the deadline and the retry budget of the pool.
//
// Nearly every request is answered by the first peer: then nothing is copied, and what the try gave is what the asker waits for.

import { isUsable, leftOutSince } from '../balance/ejection.ts'
import type { Peer } from '../balance/peer.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import { backoffMs } from '../resilience/backoff.ts'
import type { Hedges } from '../resilience/hedges.ts'
import type { UpstreamRequest } from '../upstream/upstream.ts'
import { deadlineOf, firstByteMs } from './deadline.ts'
import type { Asked, Exchange } from './exchange.ts'
import { newSpan } from './forward-fields.ts'
import { hashKeyValue } from './hash-key.ts'
import { type Begun, HedgedAttempt } from './hedged-attempt.ts'
import { introduce } from './introduce.ts'
import { hostFor } from './origin-request.ts'
import { pause } from './pause.ts'
import type { Attempt, PeerTask } from './peer-task.ts'
import { isRepeatable } from './repeatable.ts'
import { stickyPeer } from './sticky.ts'

/** From here on a status may say that another peer could do better. */
const FIRST_FAILING_STATUS = 400

/**
 * Asks peers until one answers. Rejects with the fault of the last try, or NO_PEER; an answer that may not be had again is given as it is.
 * The draft is given away: its fields get what the first peer is told.
 */
export function tryPeers<Given, T>(task: PeerTask<Given, T>, pool: PoolPlan, asked: Asked, x: Exchange): Promise<T> {
  const nowMs = x.tools.clock.monotonicMs()
  pool.retry.budget.noteRequest(nowMs)
  return new Tries(task, pool, asked, x, nowMs).begin(nowMs)
}

class Tries<Given, T> {
  readonly #task: PeerTask<Given, T>
  readonly #pool: PoolPlan
  readonly #asked: Asked
  readonly #x: Exchange
  readonly #key: string
  readonly #deadlineMs: number
  readonly #tried: Peer[] = []
  /** When the last try began. */
  #triedAtMs = 0

  constructor(task: PeerTask<Given, T>, pool: PoolPlan, asked: Asked, x: Exchange, nowMs: number) {
    this.#task = task
    this.#pool = pool
    this.#asked = asked
    this.#x = x
    this.#key = hashKeyValue(pool.hashKey, asked)
    this.#deadlineMs = deadlineOf(pool, asked, task.draft.fields, x, nowMs)
  }

  begin(nowMs: number): Promise<T> {
    const { sticky, balancer } = this.#pool
    const bound = sticky === null ? null : stickyPeer(sticky, this.#asked, this.#x)
    const peer = bound ?? balancer.pick(this.#key, this.#tried, nowMs)
    if (peer !== null) return this.#ask(peer, this.#task.draft, nowMs)
    return Promise.reject(new EdgeError('NO_PEER', { pool: this.#pool.id, peers: this.#pool.peers.length }))
  }

  #ask(peer: Peer, request: UpstreamRequest, nowMs: number): Promise<T> {
    const begun = this.#begin(peer, request, nowMs)
    const { hedges } = this.#pool
    const attempt = hedges !== null && this.#tried.length === 1 ? this.#hedged(hedges, begun, nowMs) : begun
    return attempt.answer.then(
      (given) => this.#answered(attempt, given),
      (thrown) => this.#failed(attempt, thrown),
    )
  }

  #begin(peer: Peer, request: UpstreamRequest, nowMs: number): Attempt<Given, T> {
    const { why } = this.#x
    this.#tried.push(peer)
    this.#triedAtMs = nowMs
    why.peer = peer.address
    why.tries = this.#tried.length
    const leftMs = this.#leftMs(nowMs)
    this.#address(request, peer, leftMs)
    return this.#task.begin(peer, request, leftMs)
  }

  #hedged(hedges: Hedges, attempt: Attempt<Given, T>, beganMs: number): Attempt<Given, T> {
    if (!this.#task.hedgeable) return attempt
    const { id, retry } = this.#pool
    const terms = { pool: id, hedges, second: () => this.#second(), isFailing: (status: number) => retry.statuses.has(status) }
    return new HedgedAttempt({ attempt, address: this.#x.why.peer, beganMs }, terms, this.#x)
  }

  #second(): Begun<Given, T> | null {
    const nowMs = this.#x.tools.clock.monotonicMs()
    const peer = nowMs < this.#deadlineMs ? this.#pool.balancer.pick(this.#key, this.#tried, nowMs) : null
    // What is slow is still better than what is likely to fail.
    if (peer === null || !isUsable(peer, nowMs)) return null
    return { attempt: this.#begin(peer, this.#copy(), nowMs), address: peer.address, beganMs: nowMs }
  }

  #answered(attempt: Attempt<Given, T>, given: Given): T | Promise<T> {
    const status = attempt.answered(given)
    if (status < FIRST_FAILING_STATUS || !this.#pool.retry.statuses.has(status) || !this.#repeatable('if-idempotent')) {
      return attempt.taken(given)
    }
    const next = this.#next(String(status), 'usable')
    if (next === null) return attempt.taken(given)
    attempt.dropped(given)
    return this.#again(next)
  }

  #failed(attempt: Attempt<Given, T>, thrown: unknown): Promise<T> {
    const fault = attempt.failed(thrown)
    const next = this.#repeatable(fault.row.retry) ? this.#next(fault.code, 'anyone') : null
    if (next === null) throw fault
    return this.#again(next)
  }

  #repeatable(rule: EdgeError['row']['retry']): boolean {
    return !this.#task.spent && isRepeatable(this.#task.draft.method, rule)
  }

  /** Who is asked next, and after what pause; null when nobody is. @param reason a code of the error table, or a status */
  #next(reason: string, whom: 'usable' | 'anyone'): Next | null {
    const { clock, metrics, random } = this.#x.tools
    const { id, config, balancer, retry } = this.#pool
    const nowMs = clock.monotonicMs()
    const retries = this.#tried.length
    if (retries >= config.tries) return null
    const waitMs = backoffMs(retries, config.retry, random.next())
    if (nowMs + waitMs >= this.#deadlineMs) return null
    const peer = balancer.pick(this.#key, this.#tried, nowMs) ?? onceMore(this.#tried, reason)
    if (peer === null) return null
    // An answer in hand is better than what is likely to be none.
    if (whom === 'usable' && !isUsable(peer, nowMs)) return null
    // What a peer has held back that is left out since is no sign of an outage while others are well, and after a stall it would be more
    // than any budget bears.
    const known = peer.consecutiveFailures === 0 && leftOutSince(this.#tried.at(-1)!, this.#triedAtMs, nowMs)
    if (!known && !retry.budget.take(config.retry.budget, nowMs)) {
      metrics.retryRefused(id)
      this.#note('no-budget')
      return null
    }
    metrics.retried(id, reason)
    this.#note(reason)
    return { peer, waitMs }
  }

  #note(reason: string): void {
    const { why } = this.#x
    why.retries = why.retries === '' ? reason : `${why.retries},${reason}`
  }

  #again({ peer, waitMs }: Next): Promise<T> {
    if (waitMs === 0) return this.#repeat(peer)
    return pause(waitMs, this.#x.tools.timers, this.#x.wanted).then(() => this.#repeat(peer))
  }

  #repeat(peer: Peer): Promise<T> {
    return this.#ask(peer, this.#copy(), this.#x.tools.clock.monotonicMs())
  }

  // Each further try has fields and a span of its own: what one peer is told must not be left over for the next.
  #copy(): UpstreamRequest {
    const { draft } = this.#task
    const fields = draft.fields.clone()
    newSpan(fields, this.#x)
    return { ...draft, fields }
  }

  #address({ fields }: UpstreamRequest, peer: Peer, leftMs: number): void {
    fields.set('Host', hostFor(peer, this.#pool, this.#asked.request))
    introduce(fields, this.#pool, this.#asked, this.#x)
    const name = this.#pool.config.deadlineField
    if (name !== undefined) fields.set(name, String(Math.floor(Math.min(leftMs, firstByteMs(this.#pool, this.#asked)))))
  }

  // A peer that says nothing must leave time for another: else a retry is worth nothing wherever the whole deadline is short.
  #leftMs(nowMs: number): number {
    const leftMs = Math.max(1, this.#deadlineMs - nowMs)
    const shareMs = leftMs * this.#pool.config.retry.tryShare
    if (shareMs >= firstByteMs(this.#pool, this.#asked) || !this.#mayBeFollowed()) return leftMs
    return Math.max(1, Math.floor(shareMs))
  }

  #mayBeFollowed(): boolean {
    const { config, peers } = this.#pool
    const { method, body } = this.#task.draft
    return this.#tried.length < Math.min(config.tries, peers.length) && body === null && isRepeatable(method, 'if-idempotent')
  }
}

interface Next {
  readonly peer: Peer
  readonly waitMs: number
}

// A kept-alive connection may be closed by the peer just as it is used: that says nothing of the peer, which is asked once more
// when it is the last one (RFC 9112 §9.3.1).
function onceMore(tried: readonly Peer[], reason: string): Peer | null {
  const last = tried.at(-1)
  return last !== undefined && reason === 'UPSTREAM_RESET' && tried.indexOf(last) === tried.length - 1 ? last : null
}
