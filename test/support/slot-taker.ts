import { parentPort, workerData } from 'node:worker_threads'
import { SharedSlots } from '../../edge/base/shared-slots.ts'
import { systemClock, systemTimers } from '../../edge/base/system/clock.ts'
import { Bulkhead, type Kind } from '../../edge/resilience/bulkhead.ts'
import { SeededRandom } from './seeded-random.ts'

/** What one thread does at a bulkhead that it shares with others. */
export interface SlotTask {
  /** Of the slots. */
  readonly memory: SharedArrayBuffer
  /** Two words: who is inside now by the count of the threads themselves, and the most that there ever were. */
  readonly seen: SharedArrayBuffer
  readonly worker: number
  readonly maxInFlight: number
  /** Slots it takes, one after the other in each of its lanes. */
  readonly takes: number
  readonly lanes: number
}

const task = workerData as SlotTask
const seen = new Int32Array(task.seen)
const random = new SeededRandom(task.worker + 1)
const rule = { maxInFlight: task.maxInFlight, shares: [1, 1, 0.5, 0.5], maxQueued: 1_000 }
const bulkhead = new Bulkhead(new SharedSlots(task.memory, task.worker).row('shop'), rule)

async function lane(): Promise<void> {
  for (let take = 0; take < task.takes; take++) {
    const kind = random.integer(0, 3) as Kind
    if (!bulkhead.enter(kind)) await slotOf(kind)
    const inside = Atomics.add(seen, 0, 1) + 1
    for (let most = Atomics.load(seen, 1); inside > most; most = Atomics.load(seen, 1)) Atomics.compareExchange(seen, 1, most, inside)
    // Now and then it is held over a turn of the loop, so that others have to wait.
    if (random.next() < 0.5) await new Promise(setImmediate)
    Atomics.sub(seen, 0, 1)
    bulkhead.leave(kind, 0)
  }
}

function slotOf(kind: Kind): Promise<void> {
  const nowMs = systemClock.monotonicMs()
  return new Promise((resolve, reject) => {
    const patience = { nowMs, deadlineMs: nowMs + 60_000, timers: systemTimers }
    const place = bulkhead.wait(kind, patience, (end) => (end === 'in' ? resolve() : reject(new Error(end))))
    if (typeof place === 'string') reject(new Error(place))
  })
}

const keptAlive = setInterval(() => {}, 1_000)
try {
  await Promise.all(Array.from({ length: task.lanes }, lane))
  parentPort?.postMessage('done')
} catch (cause) {
  parentPort?.postMessage(String(cause))
}
clearInterval(keptAlive)
