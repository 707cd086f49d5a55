import t from 'tap'
import { exposition } from '../../../edge/base/exposition.ts'
import { Supervisor } from '../../../edge/server/supervisor.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { bootstrapOf } from './start-listener.ts'
import { TELL, testPorts, toldOf, toyWorker } from './toy-worker.ts'

function create(t: Scope, count = 2) {
  const { ports, clock, log, metrics } = testPorts()
  const supervisor = new Supervisor(toyWorker(t), bootstrapOf(), count, ports)
  t.teardown(() => supervisor.drain(0))
  return { supervisor, clock, log, metrics }
}

async function start(t: Scope, count = 2) {
  const created = create(t, count)
  const port = await created.supervisor.start(toldOf(TELL.ok))
  return { ...created, port }
}

/** Lets a worker break: the one that gets the message first, and no sibling. */
async function crash({ supervisor }: { readonly supervisor: Supervisor }, serving: number) {
  await supervisor.tell(toldOf(TELL.crashes), 'all')
  await until(() => supervisor.serving === serving, { what: `${serving} workers left` })
}

t.test('all workers start on the port that the first one found', async (t) => {
  const { supervisor, port, metrics } = await start(t, 3)
  t.equal(port, 4321)
  t.equal(supervisor.serving, 3)
  t.equal(metrics.value('weir_workers'), 3)
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

t.test('a worker that breaks is counted, logged, and started again after a pause with what was told last', async (t) => {
  const { supervisor, clock, metrics, log } = await start(t, 1)
  await crash({ supervisor }, 0)
  t.equal(metrics.value('weir_worker_restarts_total'), 1)
  t.equal(metrics.value('weir_workers'), 0)
  t.match(log.of('worker-ended'), [{ worker: 0, cause: 'Error: boom' }])
  await supervisor.tell(toldOf(TELL.later), 'all')
  clock.advance(99)
  t.equal(supervisor.serving, 0)
  clock.advance(1)
  await until(() => supervisor.serving === 1, { what: 'the worker to be back' })
  t.equal(metrics.value('weir_workers'), 1)
})

t.test('one that keeps breaking is started again with growing pauses, up to five seconds', async (t) => {
  const { supervisor, clock } = await start(t, 1)
  for (const pauseMs of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    await crash({ supervisor }, 0)
    await supervisor.tell(toldOf(TELL.ok), 'all')
    clock.advance(pauseMs - 1)
    t.equal(clock.pending, 1, `after ${pauseMs} ms`)
    clock.advance(1)
    await until(() => supervisor.serving === 1, { what: 'the worker to be back' })
  }
})

t.test('one that cannot start again is tried again, and its siblings do not notice', async (t) => {
  const { supervisor, clock, log } = await start(t, 1)
  await crash({ supervisor }, 0)
  await supervisor.tell(toldOf(TELL.crashesAtStart), 'all')
  clock.advance(100)
  await until(() => log.of('worker-start-failed').length === 1, { what: 'the failed start' })
  await supervisor.tell(toldOf(TELL.ok), 'all')
  clock.advance(5_000)
  await until(() => supervisor.serving === 1, { what: 'the worker to be back' })
})

t.test('the counts of a worker that ended stay, its gauges go', async (t) => {
  const { supervisor, clock } = await start(t, 1)
  await crash({ supervisor }, 0)
  await supervisor.tell(toldOf(TELL.ok), 'all')
  clock.advance(100)
  await until(() => supervisor.serving === 1, { what: 'the worker to be back' })
  const text = exposition(supervisor.views())
  t.match(text, 'weir_background_failures_total{work="toy"} 2')
  t.match(text, /^weir_connections 1$/m)
})

t.test('what is told while a worker starts reaches it', async (t) => {
  const { supervisor, log } = create(t, 1)
  const starting = supervisor.start(toldOf(TELL.ok))
  await supervisor.tell(toldOf(TELL.refuses), 'all')
  await starting
  await until(() => log.of('worker-catch-up-failed').length > 0, { what: 'the worker to be told' })
  t.match(log.of('worker-catch-up-failed'), [{ worker: 0, problem: 'cannot be compiled: worker 0 from all' }])
})

t.test('a start that fails says why', async (t) => {
  await t.rejects(create(t).supervisor.start(toldOf(TELL.failsToListen)), {
    code: 'LISTEN_FAILED',
    detail: { worker: 0, listen: '127.0.0.1:0', detail: 'EADDRINUSE' },
  })
  await t.rejects(create(t).supervisor.start(toldOf(TELL.crashesAtStart)), {
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
