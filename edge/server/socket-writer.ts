// Writes to the socket of a client: head, bytes and tail in as few system calls as can be, large bytes in pieces, so that a client
// that takes nothing can be told from one that takes little.

import type { Socket } from 'node:net'

/** Head and bytes up to here are copied into one buffer: one write costs less than two parts gathered by the kernel. */
const JOIN_BYTES = 8 * 1024

/** The way onto one socket. */
export class SocketWriter {
  readonly #socket: Socket
  #queuedBytes = 0
  #stuckSinceMs = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Whether the client has not taken all that was written. */
  get behind(): boolean {
    return this.#socket.writableNeedDrain
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
    const queuedBytes = this.#socket.writableLength
    if (queuedBytes === 0 || queuedBytes !== this.#queuedBytes) this.#stuckSinceMs = nowMs
    this.#queuedBytes = queuedBytes
    return nowMs - this.#stuckSinceMs
  }
}
