import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { allocateSlots, SharedSlots } from '../../edge/base/shared-slots.ts'
import type { SlotTask } from '../support/slot-taker.ts'

const THREADS = 3

t.test('threads that crowd at one bulkhead are never more inside than may be, and all of them get in', async (t) => {
  for (const maxInFlight of [1, 2, 4]) {
    const memory = allocateSlots(4, THREADS)
    const seen = new SharedArrayBuffer(8)
    const tasks = Array.from({ length: THREADS }, (_, worker): SlotTask => ({ memory, seen, worker, maxInFlight, takes: 300, lanes: 4 }))
    const workers = tasks.map((workerData) => new Worker(new URL('../support/slot-taker.ts', import.meta.url), { workerData }))
    const said = await Promise.all(workers.map((worker) => once(worker, 'message')))
    t.same(said.flat(), ['done', 'done', 'done'])
    t.same([...new Int32Array(seen)], [0, maxInFlight])
    const row = new SharedSlots(memory, 0).row('shop')
    t.same([row.inUse, row.waiting, row.inUseBy(0), row.inUseBy(3), row.isBehind(0, 0)], [0, 0, 0, 0, false])
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
})
