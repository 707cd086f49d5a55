import type { Socket } from 'node:net'

/** Where commands are written. */
export type WrittenTo = Pick<Socket, 'cork' | 'uncork' | 'writableCorked'>

/**
 * Holds what is written to a stream until this turn of the event loop has been through all its sockets: what fifty requests ask of Redis
 * is one write and not fifty, and the write costs more than all else about a command. Nothing waits longer than for work that was ready
 * already. Called again in the same turn it does nothing.
 */
export function oneWrite(stream: WrittenTo): void {
  if (stream.writableCorked > 0) return
  stream.cork()
  setImmediate(() => stream.uncork())
}
