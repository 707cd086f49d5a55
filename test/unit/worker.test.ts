import { Worker } from 'node:worker_threads'
import t from 'tap'
import { createSlab } from '../../edge/base/metrics.ts'
import { allocateCells } from '../../edge/base/shared-cells.ts'
import type { Told } from '../../edge/config/compile.ts'
import { quickSite } from '../../edge/config/quick-site.ts'
import type { EdgeBootstrap } from '../../edge/contract/bootstrap.ts'
import { EMPTY_ENDPOINTS } from '../../edge/contract/publication.ts'
import { EMPTY_SWITCHBOARD } from '../../edge/contract/switchboard.ts'
import type { FromWorker, ToWorker, WorkerSeed } from '../../edge/server/worker-messages.ts'
import { request } from '../support/http-client.ts'
import { startOrigin } from '../support/origin.ts'
import type { Scope } from '../support/scope.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'
import { bootstrapOf } from './server/start-listener.ts'

function toldOf(origin: string): Told {
  const quick = quickSite(['--to', origin])
  if (quick.kind !== 'run') throw new Error('the flags should stand for a site')
  return { revision: 3, site: quick.site, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS }
}

/** A real worker thread and all it says. */
function start(t: Scope, told: Told, bootstrap: Partial<EdgeBootstrap> = {}) {
  const seed: WorkerSeed = {
    bootstrap: bootstrapOf(bootstrap),
    index: 0,
    workers: 1,
    port: null,
    told,
    cells: allocateCells(1_024, new SeededRandom()),
    slab: createSlab(),
  }
  const worker = new Worker(new URL('../../edge/worker.ts', import.meta.url), { workerData: seed })
  t.teardown(() => worker.terminate())
  const said: FromWorker[] = []
  worker.on('message', (message: FromWorker) => said.push(message))
  const say = (message: ToWorker) => worker.postMessage(message)
  const hear = async <T extends FromWorker['type']>(type: T) => {
    const isIt = (message: FromWorker): message is Extract<FromWorker, { type: T }> => message.type === type
    await until(() => said.some(isIt), { what: `the worker to say ${type}` })
    return said.find(isIt)!
  }
  return { say, hear, said }
}

t.test('a worker listens once its configuration is in force, serves, obeys and drains', async (t) => {
  const origin = await startOrigin(t, { body: 'from the origin' })
  const { say, hear, said } = start(t, toldOf(origin.url))
  const { port } = await hear('listening')
  t.match(await request({ port, headers: { host: 'shop.example' } }), { status: 200, text: 'from the origin' })
  say({ type: 'read', ticket: 1 })
  t.match((await hear('reading')).reading, { inFlight: 0, requests: 1, redis: 'none' })
  say({ type: 'told', ticket: 2, part: 'all', told: { ...toldOf(origin.url), revision: 4 } })
  t.match(await hear('applied'), { ticket: 2, problem: null })
  t.ok(said.some((message) => message.type === 'series' && message.series.name === 'weir_requests_total'))
  say({ type: 'drain', deadlineMs: 1_000 })
  await hear('drained')
  await t.rejects(request({ port }), { code: 'ECONNREFUSED' })
})

t.test('what cannot be compiled is said, and what was in force goes on', async (t) => {
  const origin = await startOrigin(t, { body: 'still here' })
  const { say, hear } = start(t, toldOf(origin.url))
  const { port } = await hear('listening')
  say({ type: 'told', ticket: 1, part: 'all', told: { ...toldOf(origin.url), site: null as unknown as Told['site'] } })
  t.match(await hear('applied'), { problem: /^cannot be compiled/ })
  t.equal((await request({ port })).text, 'still here')
})

t.test('a worker that cannot begin says why and does not listen', async (t) => {
  const origin = await startOrigin(t)
  const taken = start(t, toldOf(origin.url), { listen: `127.0.0.1:${origin.port}` })
  t.match(await taken.hear('failed'), { code: 'LISTEN_FAILED', detail: 'EADDRINUSE' })
  const broken = start(t, { ...toldOf(origin.url), site: null as unknown as Told['site'] })
  t.match(await broken.hear('failed'), { code: 'CONFIG_INVALID' })
  t.notOk(broken.said.some((message) => message.type === 'listening'))
})
