import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { allocateCells, SharedCells } from '../../edge/base/shared-cells.ts'
import { Gcra } from '../../edge/limit/gcra.ts'
import type { TakerTask } from '../support/limit-taker.ts'
import { SeededRandom } from '../support/seeded-random.ts'

const THREADS = 4
const NOW_MS = 1_800_000_000_000

type Share = Pick<TakerTask, 'burst' | 'takes' | 'keys' | 'afterwards'>

/** Lets threads loose on one table, all at the same moment; what was allowed in all. */
async function race(memory: SharedArrayBuffer, share: Share): Promise<number> {
  const gate = new SharedArrayBuffer(4)
  const workerData: TakerTask = { memory, gate, nowMs: NOW_MS, ...share }
  const workers = Array.from({ length: THREADS }, () => new Worker(new URL('../support/limit-taker.ts', import.meta.url), { workerData }))
  const counts = workers.map((worker) => once(worker, 'message') as Promise<[number]>)
  const words = new Int32Array(gate)
  for (let ready = 0; ready < THREADS; ready = Atomics.load(words, 0)) await Atomics.waitAsync(words, 0, ready, 1_000).value
  Atomics.store(words, 0, -1)
  Atomics.notify(words, 0)
  const allowed = (await Promise.all(counts)).reduce((sum, [count]) => sum + count, 0)
  await Promise.all(workers.map((worker) => worker.terminate()))
  return allowed
}

/** What a key has left, seen by this thread after all have ended. */
function remaining(memory: SharedArrayBuffer, burst: number, key: string): number {
  const rate = { count: 1, perMs: 1_000 }
  return new Gcra({ id: 'shared', rate, burst, table: new SharedCells(memory) }).giveBack(key, 0, NOW_MS).remaining
}

t.test('threads that hammer one key get exactly its burst', async (t) => {
  const memory = allocateCells(1_024, new SeededRandom(1))
  t.equal(await race(memory, { burst: 50_000, takes: 30_000, keys: 1, afterwards: 'keep' }), 50_000)
  t.equal(new SharedCells(memory).takeovers, 0)
})

t.test('no unit is lost when there is enough for all', async (t) => {
  const memory = allocateCells(1_024, new SeededRandom(1))
  t.equal(await race(memory, { burst: 1_000_000, takes: 30_000, keys: 1, afterwards: 'keep' }), THREADS * 30_000)
  t.equal(remaining(memory, 1_000_000, 'key-0'), 1_000_000 - THREADS * 30_000)
})

t.test('threads that share many keys in few buckets get exactly the burst of each', async (t) => {
  const memory = allocateCells(64, new SeededRandom(5))
  t.equal(await race(memory, { burst: 500, takes: 20_000, keys: 20, afterwards: 'keep' }), 20 * 500)
  t.equal(new SharedCells(memory).forgotten, 0, 'the seed puts no nine keys into one bucket')
})

t.test('what threads give back is whole again', async (t) => {
  const memory = allocateCells(1_024, new SeededRandom(1))
  t.equal(await race(memory, { burst: 1_000, takes: 20_000, keys: 1, afterwards: 'return' }), THREADS * 20_000)
  t.equal(remaining(memory, 1_000, 'key-0'), 1_000)
})
