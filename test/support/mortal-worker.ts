// A worker of an edge that tells which connections it has, and that a test can kill. It stands in for `edge/worker.ts`, which is in it.

import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { BroadcastChannel, workerData } from 'node:worker_threads'
import type { WorkerSeed } from '../../edge/server/worker-messages.ts'

const { index } = workerData as WorkerSeed
const channel = new BroadcastChannel('mortal-workers')
channel.onmessage = (message) => {
  const { kill } = (message as MessageEvent).data as { readonly kill?: number }
  if (kill === index) throw new Error('killed by a test')
}
channel.unref()
subscribe('net.server.socket', (message) => {
  channel.postMessage({ worker: index, port: (message as { readonly socket: Socket }).socket.remotePort })
})

await import('../../edge/worker.ts')
