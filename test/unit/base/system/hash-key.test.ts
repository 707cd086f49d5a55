import { Worker } from 'node:worker_threads'
import t from 'tap'
import { HASH_KEY } from '../../../../edge/base/system/hash-key.ts'

const PROGRAM = "import { parentPort } from 'node:worker_threads'; import { HASH_KEY } from 'MODULE'; parentPort.postMessage(HASH_KEY)"

t.test('each thread draws a key of its own', async (t) => {
  const module = new URL('../../../../edge/base/system/hash-key.ts', import.meta.url).href
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(PROGRAM.replace('MODULE', module))}`))
  const other = await new Promise<[number, number]>((resolve, reject) => worker.once('message', resolve).once('error', reject))
  t.ok(HASH_KEY.every((half) => Number.isInteger(half)))
  t.notSame(other, HASH_KEY)
})
