// One connection to a peer: writes requests, reads answers, and says what becomes of both. One request at a time.
//
// Invariants: what comes while no request is on its way, or behind a whole answer, ends the connection and is nobody's answer (RFC 9112
// §6.3: else one client gets what another asked for). A connection is used again only when request and answer are whole, both sides
// said so, and nothing is left on it. Its occupant hears exactly one of whole() or broken(), unless it dropped the connection itself.
// size: both directions of a socket end each other, so they stand beside each other.

import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type BodyDecoder, bodyDecoder } from '../wire/body-decoder.ts'
import { chunkHead, LAST_CHUNK } from '../wire/head-writer.ts'
import type { ResponseHead } from '../wire/message.ts'
import { ResponseParser } from '../wire/response-parser.ts'
import { WireFault } from '../wire/wire-fault.ts'
import type { WireLimits } from '../wire/wire-limits.ts'
import { openPeerSocket, type PeerPlace } from './peer-socket.ts'
import { endWasSaid } from './peer-tls.ts'
import type { UploadLine } from './request-upload.ts'
import { type Break, TOO_MANY_INTERIM, UNASKED_UPGRADE } from './upstream-faults.ts'

/** What an answer may have. nginx stops at 8 KiB by default and node at 16; policies and cookies of real sites take more. No answer has a target. */
const LIMITS: WireLimits = { maxHeadBytes: 64 * 1024, maxTargetBytes: 0, maxFieldBytes: 32 * 1024, maxFields: 500 }
/** Interim answers to one request; a peer that shows progress each second is below it for most requests. */
const MAX_INTERIM = 16

/** The request that a connection works for. */
export interface Occupant {
  /** Whether its request was written whole. */
  readonly sent: boolean
  /** The connection stands: the request may be written. */
  connected(): void
  interim(head: ResponseHead): void
  head(head: ResponseHead): void
  /** @param bytes its own, not used for anything else */
  payload(bytes: Buffer): void
  whole(): void
  /** @param heard whether a byte of an answer had come */
  broken(cause: Break, heard: boolean): void
  /** The peer takes more of the request again. */
  drained(): void
  /** Looks at its deadlines. */
  sweep(nowMs: number): void
}

/** How a connection ended: broken, given up because it took too long to stand, or no longer wanted. */
export type Ending = 'failed' | 'late' | 'dropped'

/** Who keeps the connections to a peer. */
export interface ConnectionOwner {
  /** It stands. */
  opened(connection: UpstreamConnection): void
  /** Its request is over, and another may follow. @param keepAliveS what the peer promised, or null */
  freed(connection: UpstreamConnection, keepAliveS: number | null): void
  /** It is over; called once. @param was `connecting` when it never stood */
  closed(connection: UpstreamConnection, was: 'connecting' | 'open', why: Ending): void
}

/** A connection to a peer. */
export class UpstreamConnection implements UploadLine {
  /** The name it was verified for; empty without TLS. */
  readonly name: string
  /** Requests it was used for. */
  requests = 0
  /** While it is idle: until when it may be used again, monotonic. */
  idleUntilMs = 0
  /** The request it works for; null while it is idle. */
  occupant: Occupant | null
  /** Whether the head was refused at once by the system, so that not a byte of the request can have reached the peer. */
  refused = false
  readonly #owner: ConnectionOwner
  readonly #parser = new ResponseParser(LIMITS)
  #state: 'connecting' | 'open' | 'over' = 'connecting'
  #socket: Socket | null = null
  #method = ''
  #head: ResponseHead | null = null
  #decoder: BodyDecoder | null = null
  #interims = 0
  #heard = false
  #halted = false
  #ended = false

  /** @param occupant whom it is opened for */
  constructor(name: string, owner: ConnectionOwner, occupant: Occupant) {
    this.name = name
    this.#owner = owner
    this.occupant = occupant
  }

  /** Whether a request may be written on it. */
  get usable(): boolean {
    return this.#state === 'open' && !this.#ended && this.#socket?.writable === true
  }

  /** Connects. Nothing happens when it was dropped meanwhile. */
  open(place: PeerPlace): void {
    if (this.#state !== 'connecting') return
    const socket = openPeerSocket(place, (chunk) => this.#read(chunk))
    this.#socket = socket
    socket.on('error', (cause) => this.break(cause))
    socket.on(place.secure === null ? 'connect' : 'secureConnect', () => this.#connected())
    socket.on('drain', () => this.occupant?.drained())
    socket.on('end', () => this.#peerEnded())
    socket.on('close', () => this.break('closed'))
  }

  // Writing.

  /** Begins a request: what is written next is its head. */
  begin(occupant: Occupant, method: string): void {
    this.occupant = occupant
    this.requests += 1
    this.#method = method
    this.#interims = 0
    this.#heard = false
  }

  /** Writes a head, and a body that is at hand with it. @param writeBody writes what there is of the body, or null */
  writeHead(head: string, writeBody: (() => void) | null): void {
    const socket = this.#socket!
    if (writeBody !== null) socket.cork()
    socket.write(head, 'latin1')
    writeBody?.()
    if (writeBody !== null) socket.uncork()
    this.refused = socket.errored !== null
  }

  writeBytes(bytes: Uint8Array): boolean {
    return this.#socket!.write(bytes)
  }

  writeChunk(bytes: Uint8Array): boolean {
    const socket = this.#socket!
    socket.cork()
    socket.write(chunkHead(bytes.byteLength), 'latin1')
    socket.write(bytes)
    const took = socket.write('\r\n', 'latin1')
    socket.uncork()
    return took
  }

  writeLastChunk(): void {
    this.#socket!.write(LAST_CHUNK, 'latin1')
  }

  // Reading.

  /** Reads no further until `flow`. */
  halt(): void {
    this.#halted = true
    this.#socket?.pause()
  }

  /** Reads on. */
  flow(): void {
    if (!this.#halted) return
    this.#halted = false
    this.#socket?.resume()
  }

  /** Ends it, for its occupant's own reasons or because it is idle; nobody is told but its owner. */
  drop(why: 'late' | 'dropped' = 'dropped'): void {
    this.#close(why, null)
  }

  /** Ends it, and its occupant hears why. */
  break(cause: Break): void {
    if (this.#state === 'over') return
    const { occupant } = this
    const heard = this.#heard
    this.occupant = null
    // It may go on elsewhere, and is then ahead of whoever waits for the place that gets free here.
    this.#close('failed', () => occupant?.broken(cause, heard))
  }

  #close(why: Ending, tell: (() => void) | null): void {
    const was = this.#state
    if (was === 'over') return
    this.#state = 'over'
    this.occupant = null
    this.#socket?.destroy()
    tell?.()
    this.#owner.closed(this, was, why)
  }

  #connected(): void {
    if (this.#state !== 'connecting') return
    this.#state = 'open'
    this.#owner.opened(this)
    this.occupant?.connected()
  }

  #read(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length && this.#state === 'open') {
      if (this.occupant === null) return this.drop()
      at = this.#decoder === null ? this.#readHead(chunk, at, this.occupant) : this.#readBody(chunk, at, this.#decoder)
    }
  }

  #readHead(chunk: Buffer, at: number, occupant: Occupant): number {
    this.#heard = true
    const head = this.#parser.read(chunk, at, this.#method)
    if (head === null) return chunk.length
    if (head instanceof WireFault) {
      this.break(head)
      return chunk.length
    }
    const taken = this.#parser.taken
    if (head.status < 200) this.#interim(head, occupant)
    else {
      this.#head = head
      occupant.head(head)
      if (head.framing.kind === 'none') this.#finish(chunk.length - taken)
      else this.#decoder = bodyDecoder(head.framing)
    }
    return taken
  }

  #interim(head: ResponseHead, occupant: Occupant): void {
    this.#interims += 1
    if (head.status === 101) this.break(UNASKED_UPGRADE)
    else if (this.#interims > MAX_INTERIM) this.break(TOO_MANY_INTERIM)
    else occupant.interim(head)
  }

  #readBody(chunk: Buffer, at: number, decoder: BodyDecoder): number {
    const taken = decoder.read(chunk, at, this.#payload)
    if (typeof taken !== 'number') {
      this.break(taken)
      return chunk.length
    }
    if (decoder.done && this.#state === 'open') this.#finish(chunk.length - taken)
    return taken
  }

  readonly #payload = (bytes: Buffer): void => {
    this.occupant?.payload(Buffer.from(bytes))
  }

  /** @param leftBytes what came behind the answer */
  #finish(leftBytes: number): void {
    const head = this.#head!
    const occupant = this.occupant!
    this.#head = null
    this.#decoder = null
    this.occupant = null
    const mayServe = head.persistent && leftBytes === 0 && occupant.sent && this.usable && this.#socket?.writableLength === 0
    this.flow()
    if (mayServe) this.#owner.freed(this, head.keepAliveS)
    else this.drop()
    occupant.whole()
  }

  #peerEnded(): void {
    this.#ended = true
    if (this.occupant === null) return this.drop()
    if (this.#decoder?.atEnd === 'whole' && this.#endIsSound()) return this.#finish(0)
    this.break('closed')
  }

  // Who cuts a connection must not be able to pass a part of a page for the whole one. While reading is halted, only an end that the
  // peer said itself can have come, with the bytes before it.
  #endIsSound(): boolean {
    return !(this.#socket instanceof TLSSocket) || this.#halted || endWasSaid(this.#socket)
  }
}
