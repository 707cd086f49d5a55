import { Worker } from 'node:worker_threads'
import t from 'tap'
import { createSlab } from '../../edge/base/metrics.ts'
import { allocateCells } from '../../edge/base/shared-cells.ts'
import { allocateSlots } from '../../edge/base/shared-slots.ts'
import { allocateLease } from '../../edge/cache/purge-lease.ts'
import { NO_PURGES } from '../../edge/cache/purge-table.ts'
import { allocateTurns } from '../../edge/cache/sibling-turns.ts'
import type { Told } from '../../edge/config/compile.ts'
import { quickSite } from '../../edge/config/quick-site.ts'
import type { EdgeBootstrap } from '../../edge/contract/bootstrap.ts'
import { EMPTY_ENDPOINTS } from '../../edge/contract/publication.ts'
import { EMPTY_SWITCHBOARD } from '../../edge/contract/switchboard.ts'
import type { ListenPlace } from '../../edge/server/listen-place.ts'
import type { FromWorker, ToWorker, WorkerSeed } from '../../edge/server/worker-messages.ts'
import { request } from '../support/http-client.ts'
import { startOrigin } from '../support/origin.ts'
import type { Scope } from '../support/scope.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'
import { bootstrapOf } from './server/start-listener.ts'

/** A thread with the whole edge in it, on a machine that has other things to do. */
const STARTS_WITHIN_MS = 20_000

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
    places: [0, ...(bootstrap.listeners ?? []).keys()].map(
      (_, listener): ListenPlace => ({ listener, port: null, fd: null, sharing: 'alone' }),
    ),
    told,
    cells: allocateCells(1_024, new SeededRandom()),
    slots: allocateSlots(8, 1),
    purges: NO_PURGES,
    health: [],
    lease: allocateLease(),
    slab: createSlab(),
    ticketKeys: new Uint8Array(48),
    turns: allocateTurns(),
    memory: null,
  }
  const worker = new Worker(new URL('../../edge/worker.ts', import.meta.url), { workerData: seed })
  t.teardown(() => worker.terminate())
  const said: FromWorker[] = []
  worker.on('message', (message: FromWorker) => said.push(message))
  const say = (message: ToWorker) => worker.postMessage(message)
  const hear = async <T extends FromWorker['type']>(type: T) => {
    const isIt = (message: FromWorker): message is Extract<FromWorker, { type: T }> => message.type === type
    await until(() => said.some(isIt), { what: `the worker to say ${type}`, deadlineMs: STARTS_WITHIN_MS })
    return said.find(isIt)!
  }
  const listening = async () => (await hear('listening')).bound.map(({ port }) => port)
  return { say, hear, said, listening }
}

t.test('a worker listens once its configuration is in force, serves, obeys and drains', async (t) => {
  const origin = await startOrigin(t, { body: 'from the origin' })
  const { say, hear, said, listening } = start(t, toldOf(origin.url))
  const [port = 0] = await listening()
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

t.test('a worker listens at every place it was dealt, and says which sockets a successor would need', async (t) => {
  const origin = await startOrigin(t, { body: 'from the origin' })
  const { hear, listening, say } = start(t, toldOf(origin.url), { listeners: [{ address: '127.0.0.1:0' }, { address: '127.0.0.1:0' }] })
  const ports = await listening()
  t.equal(new Set(ports).size, 3)
  for (const port of ports) t.equal((await request({ port })).text, 'from the origin')
  const { bound } = await hear('listening')
  t.same(
    bound.map(({ listener }) => listener),
    [0, 1, 2],
  )
  t.equal(new Set(bound.map(({ fd }) => fd)).size, 3)
  t.notOk(bound.some(({ fd }) => fd === null))
  say({ type: 'reload' })
  say({ type: 'ticket-keys', keys: new Uint8Array(48).fill(1) })
  t.equal((await request({ port: ports[2]! })).text, 'from the origin', 'what has no certificates goes on')
})

t.test('what cannot be compiled is said, and what was in force goes on', async (t) => {
  const origin = await startOrigin(t, { body: 'still here' })
  const { say, hear, listening } = start(t, toldOf(origin.url))
  const [port = 0] = await listening()
  say({ type: 'told', ticket: 1, part: 'all', told: { ...toldOf(origin.url), site: null as unknown as Told['site'] } })
  t.match(await hear('applied'), { problem: /^cannot be compiled/ })
  t.equal((await request({ port })).text, 'still here')
})

t.test('a worker that cannot begin says why and does not listen', async (t) => {
  const origin = await startOrigin(t)
  const taken = start(t, toldOf(origin.url), { listen: `127.0.0.1:${origin.port}` })
  t.match(await taken.hear('failed'), { code: 'LISTEN_FAILED', detail: 'EADDRINUSE', listen: `127.0.0.1:${origin.port}` })
  const broken = start(t, { ...toldOf(origin.url), site: null as unknown as Told['site'] })
  t.match(await broken.hear('failed'), { code: 'CONFIG_INVALID', listen: null })
  t.notOk(broken.said.some((message) => message.type === 'listening'))
})
