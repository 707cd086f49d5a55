// One stream of one edge, without its socket: lines in, lines out. An edge that reads slowly gets the newest of each kind when it
// reads again, never all that it missed. Of purges it gets all, in their order, and nothing is kept waiting for it here: what it was sent
// last says where the log goes on. One that stays silent, does not read, or does not speak the contract is let go.
// All times here are monotonic.

import { type FromControl, MAX_LINE_BYTES, SILENCE_MS } from '../../edge/contract/wire.ts'
import {
  type Ack,
  type EdgeBeat,
  type EdgeMessage,
  type Hello,
  type Nack,
  type Orders,
  readEdgeMessage,
  type What,
} from '../domain/edge-message.ts'

/** Bytes that may wait for an edge; beyond it the stream ends and the edge begins anew. At least two of the longest lines. */
export const MAX_WAITING_BYTES = 2 * MAX_LINE_BYTES

// The order in which what waited is sent: what decides requests first.
const ORDER: readonly What[] = ['switches', 'publish', 'endpoints']

/** The socket of a stream, as its session sees it. */
export interface StreamSocket {
  /** Writes a line and its newline at once. @returns false when the other side is behind; `drained` tells when it no longer is */
  write(line: string): boolean
  /** Bytes that wait to be taken. */
  waitingBytes(): number
  close(): void
}

/** Who a session belongs to. */
export interface SessionOwner {
  /** An edge says who it is. @returns why it is refused, or null */
  greet(session: StreamSession, hello: Hello): string | null
  hear(edgeId: string, message: Ack | Nack | Orders | EdgeBeat): void
  /** The line with the purges after a number, and the last number in it; null when there are none. */
  purgesAfter(seq: number): PurgeLine | null
  /** The session is over; called once. */
  ended(session: StreamSession, reason: string): void
}

/** Purges as a line of the stream. */
export interface PurgeLine {
  readonly line: string
  /** The number of the last of them. */
  readonly seq: number
}

type State =
  | { readonly state: 'greeting' }
  | { readonly state: 'open'; readonly edgeId: string }
  | { readonly state: 'over'; readonly edgeId: string | null }

/** Where a stream comes from. */
export interface StreamOrigin {
  readonly address: string
  /** The id of the token that opened it. */
  readonly tokenId: string
}

/** One stream of one edge. */
export class StreamSession {
  readonly origin: StreamOrigin
  readonly #socket: StreamSocket
  readonly #owner: SessionOwner
  readonly #waiting = new Map<What, string>()
  /** The last purge that it was sent; null for an edge that knows no purges. */
  #purgeSeq: number | null = null
  #state: State = { state: 'greeting' }
  #heardAtMs: number
  /** What the edge said last of when it spoke; null when it says no such thing. */
  #echoAtMs: number | null = null
  /** Since when the edge is behind with reading; null while it is not. */
  #behindSinceMs: number | null = null

  constructor(socket: StreamSocket, owner: SessionOwner, origin: StreamOrigin, nowMs: number) {
    this.#socket = socket
    this.#owner = owner
    this.origin = origin
    this.#heardAtMs = nowMs
  }

  /** The edge at the other end; null before it said so. */
  get edgeId(): string | null {
    return this.#state.state === 'greeting' ? null : this.#state.edgeId
  }

  /** Takes a line of the edge. */
  receive(line: string, nowMs: number): void {
    if (this.#state.state === 'over') return
    this.#heardAtMs = nowMs
    const read = readEdgeMessage(line)
    if (read.kind === 'invalid') return this.end(`it sent ${read.reason}`)
    // A newer edge may say more than we know (see wire.ts).
    if (read.kind === 'message') this.#understand(read.message)
  }

  /** Sends a line, or keeps it until the edge reads again; an older one of its kind is then dropped. */
  send(what: What, line: string, nowMs: number): void {
    if (this.#state.state !== 'open') return
    if (this.#behindSinceMs === null) this.#write(line, nowMs)
    else this.#waiting.set(what, line)
  }

  /** Sends the purges after this number, and from now on all that come. */
  purgesFrom(seq: number, nowMs: number): void {
    this.#purgeSeq = seq
    this.purges(nowMs)
  }

  /** Sends the purges that it has not been sent, as far as the edge reads. */
  purges(nowMs: number): void {
    while (this.#state.state === 'open' && this.#behindSinceMs === null && this.#purgeSeq !== null) {
      const next = this.#owner.purgesAfter(this.#purgeSeq)
      if (next === null) return
      this.#purgeSeq = next.seq
      this.#write(next.line, nowMs)
    }
  }

  /** The socket takes lines again. */
  drained(nowMs: number): void {
    this.#behindSinceMs = null
    this.purges(nowMs)
    for (const what of ORDER) {
      const line = this.#waiting.get(what)
      if (line === undefined || this.#behindSinceMs !== null) continue
      this.#waiting.delete(what)
      this.#write(line, nowMs)
    }
  }

  /** Says that we are here, and looks whether the edge still is; to be called every `BEAT_EVERY_MS`. @param atMs wall clock */
  beat(atMs: number, nowMs: number): void {
    if (nowMs - this.#heardAtMs > SILENCE_MS) return this.end(`silent for ${SILENCE_MS} ms`)
    if (this.#behindSinceMs === null) {
      if (this.#state.state === 'open') this.#write(this.#beatLine(atMs), nowMs)
      return
    }
    if (nowMs - this.#behindSinceMs > SILENCE_MS) this.end(`read nothing for ${SILENCE_MS} ms`)
  }

  /** Ends the stream from either side; once. */
  end(reason: string): void {
    if (this.#state.state === 'over') return
    this.#state = { state: 'over', edgeId: this.edgeId }
    this.#waiting.clear()
    this.#socket.close()
    this.#owner.ended(this, reason)
  }

  #understand(message: EdgeMessage): void {
    if ('sentAtMs' in message && message.sentAtMs !== undefined) this.#echoAtMs = message.sentAtMs
    if (message.type !== 'hello') {
      if (this.#state.state !== 'open') return this.end(`its first line was a ${message.type}, not a hello`)
      return this.#owner.hear(this.#state.edgeId, message)
    }
    if (this.#state.state === 'open') return this.end('it said hello twice')
    this.#state = { state: 'open', edgeId: message.edgeId }
    const refusal = this.#owner.greet(this, message)
    if (refusal !== null) this.end(refusal)
  }

  // Behind all purges that stand, since those are written at once or nothing is.
  #beatLine(atMs: number): string {
    const beat = { type: 'beat', atMs, ...(this.#echoAtMs === null ? {} : { echoAtMs: this.#echoAtMs }) } as const
    return JSON.stringify(beat satisfies FromControl)
  }

  #write(line: string, nowMs: number): void {
    if (!this.#socket.write(line)) this.#behindSinceMs ??= nowMs
    if (this.#socket.waitingBytes() > MAX_WAITING_BYTES) this.end(`more than ${MAX_WAITING_BYTES} bytes wait for it`)
  }
}
