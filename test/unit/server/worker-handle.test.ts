import type { ResourceLimits } from 'node:worker_threads'
import t from 'tap'
import { createSlab } from '../../../edge/base/metrics.ts'
import { allocateLease } from '../../../edge/cache/purge-lease.ts'
import { NO_PURGES } from '../../../edge/cache/purge-table.ts'
import { heapLimits, WorkerHandle } from '../../../edge/server/worker-handle.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { bootstrapOf } from './start-listener.ts'
import { notesOf, TELL, testPorts, toldOf, toyWorker } from './toy-worker.ts'

const MIB = 1024 ** 2

function start(t: Scope, revision: number, limits: ResourceLimits = {}) {
  const heard: string[] = []
  const { clock } = testPorts()
  const seed = {
    bootstrap: bootstrapOf(),
    index: 0,
    workers: 1,
    places: [
      { listener: 0, port: null, fd: null, sharing: 'alone' },
      { listener: 2, port: 99, fd: 7, sharing: 'alone' },
    ] as const,
    told: toldOf(revision),
    cells: new SharedArrayBuffer(8),
    slots: new SharedArrayBuffer(8),
    purges: NO_PURGES,
    health: [],
    lease: allocateLease(),
    slab: createSlab(),
    ticketKeys: new Uint8Array(48),
    turns: new SharedArrayBuffer(8),
    memory: null,
  }
  const worker = new WorkerHandle(toyWorker(t), seed, limits, clock, {
    listening: (bound) => heard.push(`listening ${bound.map(({ port }) => port).join(' ')}`),
    failed: ({ code, detail, listen }) => heard.push(`failed ${code} ${detail} at ${listen}`),
    purged: () => heard.push('purged'),
    ended: (error) => heard.push(`ended ${error === null ? 'in peace' : String(error)}`),
  })
  t.teardown(() => worker.end())
  return {
    worker,
    heard,
    clock,
    heardOf: (count: number) => until(() => heard.length >= count, { what: `${count} events`, deadlineMs: 20_000 }),
  }
}

t.test('a worker says that it listens, and what its slots mean', async (t) => {
  const { worker, heard, heardOf } = start(t, TELL.ok)
  await heardOf(1)
  t.same(heard, ['listening 4321 99'])
  t.same(worker.bound.at(-1), { listener: 2, port: 99, fd: 7 })
  t.same(
    worker.series.map(({ name }) => name),
    ['weir_connections', 'weir_background_failures_total', 'weir_pressure'],
  )
})

t.test('what it is told is in force, or its problem comes back', async (t) => {
  const { worker } = start(t, TELL.ok)
  t.equal(await worker.tell(toldOf(TELL.later), 'all'), null)
  t.equal(await worker.tell(toldOf(TELL.refuses), 'switches'), 'cannot be compiled: worker 0 from switches')
  t.match(await worker.read(), { inFlight: 1, redis: 'up' })
})

t.test('it reads its files again and takes other ticket keys when told', async (t) => {
  const { worker, heardOf } = start(t, TELL.ok)
  await heardOf(1)
  const before = notesOf(worker.slab)
  worker.reload()
  worker.setTicketKeys(new Uint8Array(48).fill(7))
  await until(() => notesOf(worker.slab).keys !== before.keys, { what: 'the keys' })
  t.equal(notesOf(worker.slab).reloads, 1)
})

t.test('a worker that breaks leaves no question open', async (t) => {
  const { worker, heard } = start(t, TELL.ok)
  const answers = await Promise.all([worker.tell(toldOf(TELL.crashes), 'all'), worker.read()])
  t.same(answers, [null, null])
  t.match(heard.at(-1), /^ended Error: boom/)
})

t.test('a worker that does not answer leaves no question open for ever', async (t) => {
  const { worker, clock, heardOf } = start(t, TELL.silent)
  await heardOf(1)
  const reading = worker.read()
  clock.advance(30_000)
  t.equal(await reading, null)
  t.equal(clock.pending, 0)
})

t.test('a worker that cannot listen says why, and its thread ends', async (t) => {
  const { heard, heardOf } = start(t, TELL.failsToListen)
  await heardOf(2)
  t.same(heard, ['failed LISTEN_FAILED EADDRINUSE at 127.0.0.1:0', 'ended in peace'])
})

t.test('a drained worker ends; one that does not come to an end is ended', async (t) => {
  const obedient = start(t, TELL.ok)
  await obedient.worker.drain(1_000)
  t.equal(obedient.heard.at(-1), 'ended in peace')
  t.equal(obedient.clock.pending, 0)
  const stuck = start(t, TELL.ok)
  await stuck.heardOf(1)
  const draining = stuck.worker.drain(13)
  stuck.clock.advance(13 + 2_000)
  await draining
  t.equal(stuck.heard.at(-1), 'ended in peace')
})

t.test('a worker that fills its heap ends alone, and says why', async (t) => {
  const { worker, heard, heardOf } = start(t, TELL.ok, { maxOldGenerationSizeMb: 64 })
  const sibling = start(t, TELL.ok)
  await Promise.all([heardOf(1), sibling.heardOf(1)])
  t.equal(notesOf(worker.slab).heapMib, 64)
  t.equal(await worker.tell(toldOf(TELL.fillsItsHeap), 'all'), null)
  t.match(heard.at(-1), /^ended Error \[ERR_WORKER_OUT_OF_MEMORY\]/)
  t.match(await sibling.worker.read(), { inFlight: 1 })
})

t.test('heaps share half of what the cache leaves of the memory, within what is of use', async (t) => {
  const of = (memoryMib: number, workers: number, l1MaxBytes = 64 * MIB) => heapLimits(memoryMib * MIB, { l1MaxBytes }, workers)
  t.same(of(2_048, 2), { maxOldGenerationSizeMb: 496 })
  t.same(of(2_048, 4), { maxOldGenerationSizeMb: 248 })
  t.same(of(2_048, 1, 1_024 * MIB), { maxOldGenerationSizeMb: 512 })
  t.same(of(262_144, 8), { maxOldGenerationSizeMb: 4_096 })
  t.same(of(256, 4, 1_024 * MIB), { maxOldGenerationSizeMb: 128 })
})

t.test('its pressure is what it has shown last', async (t) => {
  const { worker, heardOf } = start(t, TELL.ok)
  t.equal(worker.pressure, 0)
  await heardOf(1)
  t.equal(worker.pressure, 1)
})
