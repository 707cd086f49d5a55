// Writes to the socket of a client: head, bytes and tail in as few system calls as can be. It knows how far the client is behind, to
// the byte that the kernel took, so that a client that takes nothing can be told from one that takes little.

import type { Socket } from 'node:net'

/** Head and bytes up to here are copied into one buffer: one write costs less than two parts gathered by the kernel. */
const JOIN_BYTES = 8 * 1024

/** What node knows of a socket beyond its documentation: the bytes that libuv could not give to the kernel yet. */
interface QueueHolder {
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

/** The way onto one socket. */
export class SocketWriter {
  readonly #socket: Socket
  /** The socket below TLS, or the same. */
  readonly #below: Socket
  /** As of the last look; before the first, no number that it could be. */
  #takenBytes = -1
  #queuedBytes = 0
  #movedMs = 0

  constructor(socket: Socket) {
    this.#socket = socket
    this.#below = (socket as unknown as { readonly _parent?: Socket | null })._parent ?? socket
  }

  /** Whether the client has not taken all that was written, and nothing should be added. */
  get behind(): boolean {
    return this.#socket.writableNeedDrain
  }

  /** Whether anything that was written is not taken yet. */
  get waiting(): boolean {
    return this.#socket.writableLength > 0
  }

  /** Writes three parts, each of which may be empty. @returns false when the client is behind: `drain` follows */
  write(head: string, bytes: Uint8Array, tail: string): boolean {
    const socket = this.#socket
    if (bytes.byteLength === 0) return socket.write(head + tail, 'latin1')
    if (head === '' && tail === '') return socket.write(bytes)
    const length = head.length + bytes.byteLength + tail.length
    if (length <= JOIN_BYTES) {
      const joined = Buffer.allocUnsafe(length)
      joined.write(head, 0, 'latin1')
      joined.set(bytes, head.length)
      if (tail !== '') joined.write(tail, head.length + bytes.byteLength, 'latin1')
      return socket.write(joined)
    }
    socket.cork()
    if (head !== '') socket.write(head, 'latin1')
    const took = socket.write(bytes)
    const tookTail = tail === '' ? took : socket.write(tail, 'latin1')
    socket.uncork()
    return tookTail
  }

  /** How long the client has taken nothing of what waits for it, ms; 0 when nothing waits. @param nowMs monotonic; asked now and then */
  stuckMs(nowMs: number): number {
    const { writableLength } = this.#socket
    if (writableLength === 0) {
      this.#movedMs = nowMs
      return 0
    }
    // One write is taken whole as far as node tells; how far into it the kernel is, libuv knows.
    const takenBytes = this.#socket.bytesWritten - writableLength
    const queuedBytes = (this.#below as unknown as QueueHolder)._handle?.writeQueueSize ?? 0
    if (takenBytes !== this.#takenBytes || queuedBytes !== this.#queuedBytes) this.#movedMs = nowMs
    this.#takenBytes = takenBytes
    this.#queuedBytes = queuedBytes
    return nowMs - this.#movedMs
  }

  /** Ends the connection so that nobody takes what was written for all there is: with a reset, where there is TCP to reset. */
  reset(): void {
    const below = this.#below
    // Of a Unix socket, or one that is gone, there is no address, and node throws.
    if (below.remoteFamily !== undefined && !below.destroyed) below.resetAndDestroy()
    this.#socket.destroy()
  }
}
