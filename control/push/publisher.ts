// Who gets what. A change is written to every open stream in the tick in which it is handed in; an edge that opens a stream is sent
// what stands, purges first, so that it catches up before it serves what it holds. Lines are made once for all edges.

import type { Cancel, Clock, Log, Timers } from '../../edge/base/ports.ts'
import type { Endpoints, Publication } from '../../edge/contract/publication.ts'
import { everythingUpTo, MAX_ORDERS, type Purge, type PurgeOrder } from '../../edge/contract/purge.ts'
import type { Switchboard } from '../../edge/contract/switchboard.ts'
import { BEAT_EVERY_MS, CONTRACT, type FromControl, MAX_LINE_BYTES } from '../../edge/contract/wire.ts'
import type { Ack, EdgeBeat, Hello, Nack, Orders, What } from '../domain/edge-message.ts'
import type { EdgeState } from '../domain/edge-state.ts'
import { Fleet, MAX_EDGES } from '../domain/fleet.ts'
import type { PurgeHead } from '../domain/purge-log.ts'
import { AckWaits, type Confirmation } from './ack-waits.ts'
import { type PurgeLine, type SessionOwner, type StreamOrigin, StreamSession, type StreamSocket } from './stream-session.ts'

/** The most streams at once: every edge, and some that come back before their old stream is known to be over. */
export const MAX_STREAMS = MAX_EDGES + 1_000

/** What edges have to have. */
export interface Standing {
  readonly publication: Publication | null
  readonly switchboard: Switchboard
  readonly endpoints: Endpoints
}

/** The purge log, as far as edges are concerned. */
export interface PurgeFeed {
  head(): PurgeHead
  after(seq: number, limit: number): readonly Purge[]
  /** An edge has purged by itself what is to be purged everywhere. */
  order(orders: readonly PurgeOrder[], edgeId: string): void
  /** An edge knows of purges that the log does not. */
  raise(seq: number): void
}

/** An edge that is gone for longer is not waited for when a purge is confirmed. */
export const CUT_OFF_MS = 60_000

/** Something that changed: what edges are sent, or what is known of them. */
export type Change = What | 'edges'

interface PublisherPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/** All streams to edges. */
export class Publisher implements SessionOwner {
  readonly fleet = new Fleet()
  readonly #ports: PublisherPorts
  readonly #sessions = new Set<StreamSession>()
  /** The stream that counts for each edge: the newest. */
  readonly #byEdge = new Map<string, StreamSession>()
  readonly #lines = new Map<What, string>()
  readonly #waits: AckWaits
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #beatListeners = new Set<(beat: EdgeBeat) => void>()
  readonly #stopBeat: Cancel
  readonly #feed: PurgeFeed
  #standing: Standing
  /** The purges after a number, for all edges that are there; null once there are more. */
  #purgeLine: (PurgeLine & { readonly after: number }) | null = null

  constructor(standing: Standing, feed: PurgeFeed, ports: PublisherPorts) {
    this.#ports = ports
    this.#feed = feed
    this.#standing = standing
    this.#waits = new AckWaits(ports.timers, () => ports.clock.monotonicMs())
    this.#stopBeat = ports.timers.every(BEAT_EVERY_MS, () => this.#beat())
    if (standing.publication) this.#keepLine('publish', { type: 'publish', publication: standing.publication })
    this.#keepLine('switches', { type: 'switches', switchboard: standing.switchboard })
    this.#keepLine('endpoints', { type: 'endpoints', endpoints: standing.endpoints })
  }

  /** What edges have to have now. */
  get standing(): Standing {
    return this.#standing
  }

  /** The highest purge. */
  get purgeSeq(): number {
    return this.#feed.head().seq
  }

  /** Takes a new stream. @returns null when there are too many */
  open(socket: StreamSocket, origin: StreamOrigin): StreamSession | null {
    if (this.#sessions.size >= MAX_STREAMS) return null
    const session = new StreamSession(socket, this, origin, this.#ports.clock.monotonicMs())
    this.#sessions.add(session)
    return session
  }

  /** Sends every edge a revision. */
  publish(publication: Publication): void {
    this.#standing = { ...this.#standing, publication }
    this.#broadcast('publish', { type: 'publish', publication })
  }

  /** Sends every edge the switchboard. */
  switches(switchboard: Switchboard): void {
    this.#standing = { ...this.#standing, switchboard }
    this.#broadcast('switches', { type: 'switches', switchboard })
  }

  /** Sends every edge the endpoints. */
  endpoints(endpoints: Endpoints): void {
    this.#standing = { ...this.#standing, endpoints }
    this.#broadcast('endpoints', { type: 'endpoints', endpoints })
  }

  /** Sends every edge the purges that it does not have. */
  purged(): void {
    this.#purgeLine = null
    const nowMs = this.#ports.clock.monotonicMs()
    for (const session of [...this.#byEdge.values()]) session.purges(nowMs)
    this.#tell('purge')
  }

  /** What edges say to a purge: those that are connected, and those that were until a moment ago and may still serve. */
  purgeConfirmation(seq: number, waitMs: number): Promise<Confirmation> {
    const edges = this.#purgedBy()
    const ids = edges.map(({ edgeId }) => edgeId)
    const said = this.#waits.wait('purge', seq, ids, waitMs)
    // One that was handed in before may be known to some already.
    for (const { edgeId, have } of edges) this.#waits.back(edgeId, have.purgeSeq ?? 0, this.#ports.clock.wallMs())
    return said
  }

  purgesAfter(seq: number): PurgeLine | null {
    if (this.#purgeLine?.after === seq) return this.#purgeLine
    const { seq: newest, floor } = this.#feed.head()
    if (seq >= newest) return null
    const purges =
      seq < floor ? [everythingUpTo(floor)] : this.#feed.after(seq, MAX_ORDERS).map(({ seq: number, order }) => ({ seq: number, order }))
    const last = purges.at(-1)
    if (last === undefined) return null
    const line = JSON.stringify({ type: 'purge', purges } satisfies FromControl)
    this.#purgeLine = { after: seq, seq: last.seq, line }
    return this.#purgeLine
  }

  #purgedBy(): EdgeState[] {
    const nowMs = this.#ports.clock.wallMs()
    return this.fleet.edges().filter(({ connection }) => connection.state === 'connected' || nowMs - connection.sinceMs < CUT_OFF_MS)
  }

  /** What the connected edges say to what they were just sent; see `AckWaits.wait`. */
  confirmation(what: What, seq: number, waitMs: number): Promise<Confirmation> {
    return this.#waits.wait(what, seq, this.#byEdge.keys(), waitMs)
  }

  /** Ends the streams that a token opened. */
  endStreamsOf(tokenId: string): void {
    for (const session of [...this.#sessions]) if (session.origin.tokenId === tokenId) session.end('its token was taken back')
  }

  /** Calls `listener` after each change, in the tick of it; listeners are expected to be few and quick. */
  onChange(listener: (change: Change) => void): Cancel {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Calls `listener` with each beat of an edge; listeners are expected to be few and quick. */
  onBeat(listener: (beat: EdgeBeat) => void): Cancel {
    this.#beatListeners.add(listener)
    return () => {
      this.#beatListeners.delete(listener)
    }
  }

  /** Ends all streams and waits. */
  close(): void {
    this.#stopBeat()
    this.#waits.close()
    for (const session of [...this.#sessions]) session.end('the control plane stops')
    this.#listeners.clear()
    this.#beatListeners.clear()
  }

  greet(session: StreamSession, hello: Hello): string | null {
    if (hello.contract !== CONTRACT) return `it speaks contract ${hello.contract}, this control plane speaks ${CONTRACT}`
    const { clock, log } = this.#ports
    if (!this.fleet.hello(hello, session.origin.address, clock.wallMs())) return `${MAX_EDGES} edges are connected, which is the most`
    const older = this.#byEdge.get(hello.edgeId)
    this.#byEdge.set(hello.edgeId, session)
    older?.end('a newer stream of the same edge took over')
    log.info({ event: 'edge-connected', edge: hello.edgeId, address: session.origin.address, build: hello.build, ...hello.have })
    this.#bringUpToDate(session, hello)
    // Until it hears that it has caught up, it serves nothing of what it holds without asking.
    if (hello.sentAtMs !== undefined) session.beat(clock.wallMs(), clock.monotonicMs())
    this.#tell('edges')
    return null
  }

  hear(edgeId: string, message: Ack | Nack | Orders | EdgeBeat): void {
    if (message.type === 'orders') return this.#feed.order(message.purges, edgeId)
    this.fleet.message(edgeId, message, this.#ports.clock.wallMs())
    if (message.type === 'nack') {
      this.#ports.log.warn({
        event: 'edge-refuses',
        edge: edgeId,
        what: message.what,
        seq: message.seq,
        problems: message.problems.slice(0, 5),
      })
    }
    if (message.type !== 'beat') this.#waits.answer(edgeId, message)
    else for (const listener of this.#beatListeners) listener(message)
    this.#tell('edges')
  }

  ended(session: StreamSession, reason: string): void {
    this.#sessions.delete(session)
    const { edgeId } = session
    this.#ports.log.info({ event: 'edge-stream-ended', edge: edgeId ?? '', address: session.origin.address, reason })
    // An older stream that ends says nothing about an edge that is already back on a newer one.
    if (edgeId === null || this.#byEdge.get(edgeId) !== session) return
    this.#byEdge.delete(edgeId)
    this.fleet.gone(edgeId, reason, this.#ports.clock.wallMs())
    this.#waits.gone(edgeId)
    this.#tell('edges')
  }

  #bringUpToDate(session: StreamSession, { have }: Hello): void {
    const nowMs = this.#ports.clock.monotonicMs()
    if (have.purgeSeq !== undefined) this.#bringPurges(session, have.purgeSeq, nowMs)
    const { publication } = this.#standing
    // The number alone is no proof: after a loss of the store the same number may stand for another site.
    const hasRevision = publication !== null && have.revision === publication.revision && have.digest === publication.digest
    for (const what of ['switches', 'publish', 'endpoints'] as const) {
      const line = this.#lines.get(what)
      if (line !== undefined && !(what === 'publish' && hasRevision)) session.send(what, line, nowMs)
    }
  }

  #bringPurges(session: StreamSession, purgeSeq: number, nowMs: number): void {
    const { seq } = this.#feed.head()
    if (purgeSeq > seq) {
      // The log was lost, or put back to an older one; its numbers go on after the highest that anybody has seen.
      this.#ports.log.error({ event: 'purge-log-behind', edge: session.edgeId, edgeSeq: purgeSeq, logSeq: seq })
      this.#feed.raise(purgeSeq)
      this.purged()
    }
    this.#waits.back(session.edgeId!, purgeSeq, this.#ports.clock.wallMs())
    session.purgesFrom(purgeSeq, nowMs)
  }

  #broadcast(what: What, message: FromControl): void {
    if (!this.#keepLine(what, message)) return
    const line = this.#lines.get(what)!
    const nowMs = this.#ports.clock.monotonicMs()
    for (const session of [...this.#byEdge.values()]) session.send(what, line, nowMs)
    this.#tell(what)
  }

  /** @returns false when no edge could read the line; the one before it then stands */
  #keepLine(what: What, message: FromControl): boolean {
    const line = JSON.stringify(message)
    const lineBytes = Buffer.byteLength(line)
    if (lineBytes > MAX_LINE_BYTES) {
      this.#ports.log.error({ event: 'push-too-long', what, lineBytes, maxLineBytes: MAX_LINE_BYTES })
      return false
    }
    this.#lines.set(what, line)
    return true
  }

  #beat(): void {
    const { clock } = this.#ports
    const nowMs = clock.monotonicMs()
    for (const session of [...this.#sessions]) session.beat(clock.wallMs(), nowMs)
    this.fleet.forgetGone(clock.wallMs())
  }

  #tell(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change)
  }
}
