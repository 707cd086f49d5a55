import t from 'tap'
import { exposition } from '../../../edge/base/exposition.ts'
import type { Supervisor } from '../../../edge/server/supervisor.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { createSupervisor, type SupervisorSetup } from './create-supervisor.ts'
import { notesOf, TELL, toldOf } from './toy-worker.ts'

const BACK = { what: 'the worker to be back', deadlineMs: 20_000 }

async function start(t: Scope, count = 2, setup: SupervisorSetup = {}) {
  const created = createSupervisor(t, count, setup)
  const ports = await created.supervisor.start(toldOf(TELL.ok))
  return { ...created, ports }
}

/** Lets a worker break: the one that gets the message first, and no sibling. */
async function crash({ supervisor }: { readonly supervisor: Supervisor }, serving: number) {
  await supervisor.tell(toldOf(TELL.crashes), 'all')
  await until(() => supervisor.serving === serving, { what: `${serving} workers left` })
}

t.test('all workers start on the port that the first one found', async (t) => {
  const { supervisor, ports, metrics } = await start(t, 3)
  t.same([...ports], [[0, 4321]])
  t.equal(supervisor.serving, 3)
  t.equal(metrics.value('weir_workers'), 3)
})

t.test('the heaps of all workers have their share of the memory', async (t) => {
  const { supervisor } = await start(t, 2, { bootstrap: { l1MaxBytes: 0 } })
  t.same(
    supervisor.views().map(({ slab }) => notesOf(slab).heapMib),
    [256, 256],
  )
})

const LISTENERS = [{ address: '127.0.0.1:0' }, { address: 'unix:/run/not-used.sock' }]

t.test('the sockets of all workers are there for who comes after them', async (t) => {
  const { supervisor, ports } = await start(t, 2, { bootstrap: { listeners: LISTENERS } })
  t.same(
    [...ports],
    [
      [0, 4321],
      [1, 4322],
      [2, 4323],
    ],
  )
  t.same(supervisor.sockets(), [
    { listener: 0, fd: 100 },
    { listener: 1, fd: 101 },
    { listener: 2, fd: 102 },
    { listener: 0, fd: 200 },
    { listener: 1, fd: 201 },
  ])
})

t.test('all workers read their certificates again when told', async (t) => {
  const { supervisor } = await start(t, 2)
  supervisor.reload()
  await until(() => supervisor.views().every(({ slab }) => notesOf(slab).reloads === 1), { what: 'both to reload' })
})

t.test('what checks say of peers is told to all workers, and to one that starts later', async (t) => {
  const reading = { pool: 'shop', address: 'a:1', health: 'unhealthy', cause: 'it answered 500' } as const
  const { supervisor, clock } = await start(t, 2, { health: [reading] })
  const heard = () => supervisor.views().map(({ slab }) => notesOf(slab).health)
  t.same(heard(), [1, 1], 'with what they were started')
  supervisor.health([reading, reading])
  await until(() => heard().every((count) => count === 3), { what: 'both to hear of two more' })
  await crash({ supervisor }, 0)
  await supervisor.tell(toldOf(TELL.ok), 'all')
  clock.advance(100)
  await until(() => supervisor.serving === 2, BACK)
  t.same(heard(), [3, 3, 1, 1])
})

t.test('ticket keys are the same at all workers, also at one that starts later, and are others after twelve hours', async (t) => {
  const tls = { certificates: [{ certFile: 'c.pem', keyFile: 'k.pem' }] }
  const listeners = [{ address: '127.0.0.1:0', tls }] as NonNullable<SupervisorSetup['bootstrap']>['listeners']
  const { supervisor, clock } = await start(t, 2, { bootstrap: { listeners: listeners! } })
  const keys = () => supervisor.views().map(({ slab }) => notesOf(slab).keys)
  const [first] = keys()
  t.same(keys(), [first, first])
  clock.advance(12 * 3_600_000)
  await until(() => keys().every((key) => key !== first), { what: 'other keys at both' })
  const [second] = keys()
  t.same(keys(), [second, second])
  await crash({ supervisor }, 0)
  await supervisor.tell(toldOf(TELL.ok), 'all')
  clock.advance(100)
  await until(() => supervisor.serving === 2, BACK)
  t.same(keys(), [second, second, second, second])
})

t.test('without TLS no keys are rotated', async (t) => {
  t.equal((await start(t)).clock.pending, 0)
})

t.test('a worker that took a handed socket with it opens the port anew', async (t) => {
  const { supervisor, clock, lost } = await start(t, 1, { inherited: [{ name: '127.0.0.1%3A0', fd: 9 }] })
  t.same(supervisor.sockets(), [{ listener: 0, fd: 9 }])
  await crash({ supervisor }, 0)
  await supervisor.tell(toldOf(TELL.ok), 'all')
  clock.advance(100)
  await until(() => supervisor.serving === 1, BACK)
  t.same(supervisor.sockets(), [{ listener: 0, fd: 100 }])
  t.same(lost, [])
})

t.test('where nobody can open the socket again the edge is lost, at once and though siblings serve', async (t) => {
  const inherited = [
    { name: 'web', fd: 8 },
    { name: 'web', fd: 9 },
  ]
  const { supervisor, clock, lost } = await start(t, 2, { bootstrap: { listen: 'fd:web' }, inherited })
  await crash({ supervisor }, 0)
  t.match(lost, [
    { code: 'LISTEN_FAILED', detail: { listen: 'fd:web' } },
    { code: 'LISTEN_FAILED', detail: { listen: 'fd:web' } },
  ])
  clock.advance(60_000)
  t.equal(supervisor.serving, 0)
})

t.test('a port that somebody else has taken meanwhile is tried again while siblings serve; without any the edge is lost', async (t) => {
  const { supervisor, clock, log, lost } = await start(t, 1)
  await crash({ supervisor }, 0)
  await supervisor.tell(toldOf(TELL.failsToListen), 'all')
  clock.advance(100)
  await until(() => log.of('worker-start-failed').length === 1, { what: 'the failed start' })
  t.match(lost, [{ code: 'LISTEN_FAILED', detail: { listen: '127.0.0.1:0', reason: 'EADDRINUSE' } }])
  t.equal(clock.pending, 0)
})

t.test('what is told goes to every worker; a problem of any of them comes back', async (t) => {
  const { supervisor } = await start(t)
  t.equal(await supervisor.tell(toldOf(TELL.later), 'all'), null)
  t.match(await supervisor.tell(toldOf(TELL.refuses), 'endpoints'), /^cannot be compiled: worker \d from endpoints$/)
})

t.test('readings come from every worker that answers', async (t) => {
  const { supervisor } = await start(t)
  t.same((await supervisor.readings()).map(({ inFlight }) => inFlight).sort(), [1, 2])
})

t.test('the pressure on an edge is that on its worst worker', async (t) => {
  const { supervisor } = createSupervisor(t, 3)
  t.equal(supervisor.pressure, 0)
  await supervisor.start(toldOf(TELL.ok))
  t.equal(supervisor.pressure, 3)
})

t.test('a worker that breaks is counted, logged, and started again after a pause with what was told last', async (t) => {
  const { supervisor, clock, metrics, log } = await start(t, 1)
  await crash({ supervisor }, 0)
  t.equal(metrics.value('weir_worker_restarts_total'), 1)
  t.equal(metrics.value('weir_workers'), 0)
  t.match(log.of('worker-ended'), [{ worker: 0, cause: 'Error: boom', stack: /boom\n.*toy-worker\.mjs/ }])
  await supervisor.tell(toldOf(TELL.later), 'all')
  clock.advance(99)
  t.equal(supervisor.serving, 0)
  clock.advance(1)
  await until(() => supervisor.serving === 1, BACK)
  t.equal(metrics.value('weir_workers'), 1)
  await until(() => log.of('worker-serves-again').length === 1, { what: 'the line that says so' })
})

t.test('one that keeps breaking is started again with growing pauses, up to five seconds', async (t) => {
  const { supervisor, clock } = await start(t, 1)
  for (const pauseMs of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    await crash({ supervisor }, 0)
    await supervisor.tell(toldOf(TELL.ok), 'all')
    clock.advance(pauseMs - 1)
    t.equal(clock.pending, 1, `after ${pauseMs} ms`)
    clock.advance(1)
    await until(() => supervisor.serving === 1, BACK)
  }
})

t.test('one that cannot start again is tried again, with growing pauses, and each try is counted', async (t) => {
  const { supervisor, clock, log, metrics } = await start(t, 1)
  await crash({ supervisor }, 0)
  await supervisor.tell(toldOf(TELL.crashesAtStart), 'all')
  for (const [failed, pauseMs] of [100, 200, 400].entries()) {
    clock.advance(pauseMs - 1)
    t.equal(clock.pending, 1, `after ${pauseMs} ms`)
    clock.advance(1)
    await until(() => log.of('worker-start-failed').length === failed + 1, { ...BACK, what: 'the failed start' })
    t.equal(metrics.value('weir_worker_restarts_total'), failed + 2)
    t.equal(supervisor.serving, 0)
  }
  t.match(log.of('worker-start-failed').at(-1), { worker: 0, code: 'INTERNAL', reason: /ends while it starts/ })
  await supervisor.tell(toldOf(TELL.ok), 'all')
  clock.advance(800)
  await until(() => supervisor.serving === 1, BACK)
})

t.test('the counts of a worker that ended stay, its gauges go', async (t) => {
  const { supervisor, clock } = await start(t, 1)
  await crash({ supervisor }, 0)
  await supervisor.tell(toldOf(TELL.ok), 'all')
  clock.advance(100)
  await until(() => supervisor.serving === 1, BACK)
  const text = exposition(supervisor.views())
  t.match(text, 'weir_background_failures_total{work="toy"} 2')
  t.match(text, /^weir_connections 1$/m)
})

t.test('what is told while a worker starts reaches it', async (t) => {
  const { supervisor, log } = createSupervisor(t, 1)
  const starting = supervisor.start(toldOf(TELL.ok))
  await supervisor.tell(toldOf(TELL.refuses), 'all')
  await starting
  await until(() => log.of('worker-catch-up-failed').length > 0, { what: 'the worker to be told' })
  t.match(log.of('worker-catch-up-failed'), [{ worker: 0, problem: 'cannot be compiled: worker 0 from all' }])
})

t.test('a start that fails says why', async (t) => {
  await t.rejects(createSupervisor(t, 2).supervisor.start(toldOf(TELL.failsToListen)), {
    code: 'LISTEN_FAILED',
    detail: { worker: 0, listen: '127.0.0.1:0', reason: 'EADDRINUSE' },
  })
  await t.rejects(createSupervisor(t, 2).supervisor.start(toldOf(TELL.crashesAtStart)), {
    code: 'INTERNAL',
    detail: { reason: /a worker ended while it started: Error: ends while it starts/ },
  })
})

t.test('after a drain nothing runs and nothing is started again', async (t) => {
  const { supervisor, clock, metrics } = await start(t)
  await crash({ supervisor }, 0)
  await supervisor.drain(1_000)
  clock.advance(60_000)
  t.equal(supervisor.serving, 0)
  t.equal(clock.pending, 0)
  t.equal(metrics.value('weir_worker_restarts_total'), 2)
})

t.test('a worker that is still starting when the drain begins does not stay behind', async (t) => {
  const { supervisor, clock, metrics } = await start(t, 1)
  await crash({ supervisor }, 0)
  await supervisor.tell(toldOf(TELL.ok), 'all')
  clock.advance(100)
  await supervisor.drain(1_000)
  await until(() => supervisor.views().length === 1, { what: 'nothing but the ended one' })
  t.equal(metrics.value('weir_workers'), 0)
})
