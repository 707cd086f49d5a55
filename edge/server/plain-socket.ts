// A connection without TLS, read into one buffer that all connections of the thread share. By itself node makes a buffer for each read,
// which costs more than parsing a request does: an allocation, its place in the heap, and the collector's work to be rid of it.
//
// net.Socket takes such a buffer (`onread`), but a server has no way to pass one on to what it accepts. So the handle of an accepted
// socket is given to a new one. Where node has no such handle the accepted socket stays as it is, and its bytes come by events.

import { Socket, type SocketConstructorOpts } from 'node:net'

const READ_BYTES = 64 * 1024
const BUFFER = Buffer.allocUnsafeSlow(READ_BYTES)
/** Its first bytes, by their number: most reads are a request of a few hundred, and each view made anew is a few hundred bytes more. */
const VIEWS: Buffer[] = Array.from({ length: 1_025 }, (_, bytes) => BUFFER.subarray(0, bytes))

/** Takes what was read, valid until it returns. At least one byte. */
export type Reader = (bytes: Buffer) => void

/** Not in the documentation, but node's own since its first versions. */
interface WithHandle {
  _handle?: { useUserBuffer?: unknown } | null
}

/** A socket whose bytes go to a reader as long as it has one, and are told by events otherwise. */
export class PlainSocket extends Socket {
  reader: Reader | null = null

  /** The same connection, paused. @param accepted paused, and nothing of it read; not to be used any more when another socket is given back */
  static of(accepted: Socket): Socket {
    const holder = accepted as WithHandle
    const handle = holder._handle
    if (typeof handle?.useUserBuffer !== 'function') return accepted
    holder._handle = null
    accepted.destroy()
    const onread = { buffer: BUFFER, callback: came }
    const options = { handle, allowHalfOpen: true, pauseOnCreate: true, readable: true, writable: true, onread }
    return new PlainSocket(options as unknown as SocketConstructorOpts)
  }
}

// Called on the socket. What it gives back says whether there is room for more.
function came(this: PlainSocket, bytes: number): boolean {
  const chunk = VIEWS[bytes] ?? BUFFER.subarray(0, bytes)
  if (this.reader === null) return this.push(Buffer.from(chunk))
  this.reader(chunk)
  return true
}
