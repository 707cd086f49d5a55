import { parentPort, workerData } from 'node:worker_threads'
import { SharedCells } from '../../edge/base/shared-cells.ts'
import { Gcra } from '../../edge/limit/gcra.ts'

/** What one thread does to a limit it shares with others. */
export interface TakerTask {
  /** The memory of the table. */
  readonly memory: SharedArrayBuffer
  /** One word; the thread counts itself in when it is ready, and starts when the word is negative. */
  readonly gate: SharedArrayBuffer
  readonly burst: number
  readonly takes: number
  readonly keys: number
  /** `return`: what was taken is given back at once. */
  readonly afterwards: 'keep' | 'return'
  readonly nowMs: number
}

const task = workerData as TakerTask
const gate = new Int32Array(task.gate)
const rate = { count: 1, perMs: 1_000 }
const gcra = new Gcra({ id: 'shared', rate, burst: task.burst, table: new SharedCells(task.memory) })

Atomics.add(gate, 0, 1)
Atomics.notify(gate, 0)
for (let ready = Atomics.load(gate, 0); ready >= 0; ready = Atomics.load(gate, 0)) Atomics.wait(gate, 0, ready)

let allowed = 0
for (let take = 0; take < task.takes; take++) {
  const key = `key-${take % task.keys}`
  if (!gcra.take(key, 1, task.nowMs).allowed) continue
  allowed++
  if (task.afterwards === 'return') gcra.giveBack(key, 1, task.nowMs)
}
parentPort?.postMessage(allowed)
