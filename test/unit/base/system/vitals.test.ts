import { Worker } from 'node:worker_threads'
import t from 'tap'
import { systemVitals } from '../../../../edge/base/system/vitals.ts'
import { until } from '../../../support/until.ts'

/** Keeps the loop busy. */
function stall(ms: number): void {
  const endMs = performance.now() + ms
  while (performance.now() < endMs);
}

t.test('a stall of the event loop is seen once, in nearly its whole length', async (t) => {
  const vitals = systemVitals()
  stall(150)
  const delayMs = await until(() => vitals.worstLoopDelayMs(), { what: 'the stall to be seen' })
  t.ok(delayMs >= 100, `${delayMs} ms`)
  await until(() => vitals.worstLoopDelayMs() < 100, { what: 'a reading without it' })
})

t.test('of several stalls the worst is told', async (t) => {
  const vitals = systemVitals()
  stall(150)
  await new Promise(setImmediate)
  for (let i = 0; i < 5; i += 1) {
    stall(30)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const worstMs = vitals.worstLoopDelayMs()
  t.ok(worstMs >= 100, `${worstMs} ms`)
})

t.test('the heap is a share of what this thread may have', async (t) => {
  const ratio = systemVitals().heapRatio()
  t.ok(ratio > 0 && ratio < 1, `${ratio}`)
})

// V8's own limit has room for the young generation in it: 256 MiB here, of which a thread dies at 160.
t.test('a worker thread is measured by its own limit', async (t) => {
  const code = `
    import { setFlagsFromString } from 'node:v8'
    import { runInNewContext } from 'node:vm'
    import { parentPort } from 'node:worker_threads'
    import { systemVitals } from ${JSON.stringify(new URL('../../../../edge/base/system/vitals.ts', import.meta.url).href)}
    const vitals = systemVitals()
    const kept = []
    const before = vitals.heapRatio()
    // Each is 1 MiB; all of them are old after a collection.
    for (; kept.length < 80; await new Promise(setImmediate)) kept.push(new Array(131_072).fill(kept.length))
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    parentPort.postMessage({ before, after: vitals.heapRatio(), kept: kept.length })
  `
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    resourceLimits: { maxOldGenerationSizeMb: 160 },
  })
  const said = await new Promise<{ before: number; after: number }>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  await worker.terminate()
  const grown = said.after - said.before
  t.ok(grown > 0.45 && grown < 0.55, `up to 80 MiB of 160: ${grown}`)
})
