// A worker of an edge that tells which connections it has, and that a test can kill, or let run out of memory. It stands in for
// `edge/worker.ts`, which is in it.

import { Server, type Socket } from 'node:net'
import { BroadcastChannel, workerData } from 'node:worker_threads'
import type { WorkerSeed } from '../../edge/server/worker-messages.ts'

const { index } = workerData as WorkerSeed
const channel = new BroadcastChannel('mortal-workers')
channel.onmessage = (message) => {
  const { kill, fill } = (message as MessageEvent).data as { readonly kill?: number; readonly fill?: number }
  if (kill === index) throw new Error('killed by a test')
  if (fill === index) fillHeap([])
}
channel.unref()

// Before the edge has it: what it makes of a connection is its own business.
const emit = Server.prototype.emit
Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
  if (event === 'connection') channel.postMessage({ worker: index, port: (args[0] as Socket).remotePort, atNs: process.hrtime.bigint() })
  return Reflect.apply(emit, this, [event, ...args])
}

/** A little at a time, as a leak does: what is served meanwhile is served. */
function fillHeap(kept: object[]): void {
  for (let i = 0; i < 20_000; i += 1) kept.push({ i })
  setImmediate(fillHeap, kept)
}

await import('../../edge/worker.ts')
