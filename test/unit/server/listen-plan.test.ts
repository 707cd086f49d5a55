import t from 'tap'
import type { EdgeBootstrap } from '../../../edge/contract/bootstrap.ts'
import { ListenPlan } from '../../../edge/server/listen-plan.ts'
import { bootstrapOf } from './start-listener.ts'

const NONE = new Map<number, number>()
const plan = (bootstrap: Partial<EdgeBootstrap>, handed: readonly string[], wanted: number) =>
  new ListenPlan(
    bootstrapOf(bootstrap),
    handed.map((name, index) => ({ name, fd: 3 + index })),
    wanted,
  )
/** What each worker gets, as `listener:fd`. */
const dealt = (made: ListenPlan) =>
  Array.from({ length: made.workers }, (_, worker) => made.placesOf(worker, NONE).map(({ listener, fd }) => `${listener}:${fd}`))

t.test('a port is opened by every worker, shared, at the port that was found', async (t) => {
  const made = plan({ listeners: [{ address: '127.0.0.1:81' }] }, [], 2)
  t.equal(made.workers, 2)
  t.same(made.placesOf(0, NONE), [
    { listener: 0, port: null, fd: null, sharing: 'shared' },
    { listener: 1, port: null, fd: null, sharing: 'shared' },
  ])
  t.match(made.placesOf(1, new Map([[0, 4321]])), [{ port: 4321 }, { port: null }])
  t.same(made.opened, ['127.0.0.1:0', '127.0.0.1:81'])
})

t.test('one worker has its port alone, unless another process may share it', async (t) => {
  t.match(plan({}, [], 1).placesOf(0, NONE), [{ sharing: 'alone' }])
  t.match(plan({ portSharing: 'allow' }, [], 1).placesOf(0, NONE), [{ sharing: 'shared' }])
})

t.test('a Unix socket has one worker, and where there is nothing else the edge has one', async (t) => {
  t.equal(plan({ listen: 'unix:/a' }, [], 4).workers, 1)
  t.same(dealt(plan({ listeners: [{ address: 'unix:/a' }] }, [], 3)), [['0:null', '1:null'], ['0:null'], ['0:null']])
})

t.test('sockets of one name are dealt out, none of them twice', async (t) => {
  t.same(dealt(plan({ listen: 'fd:web' }, ['web', 'web', 'web'], 2)), [['0:3', '0:5'], ['0:4']])
  t.same(dealt(plan({ listen: 'fd:web' }, ['web', 'web'], 4)), [['0:3'], ['0:4']], 'no more workers than sockets')
  t.same(dealt(plan({ listeners: [{ address: 'fd:web' }] }, ['web'], 3)), [['0:null', '1:3'], ['0:null'], ['0:null']])
})

t.test('a name that nobody handed over is a sentence that says what was', async (t) => {
  t.throws(() => plan({ listen: 'fd:web' }, ['http', 'unknown', 'http'], 1), {
    code: 'LISTEN_FAILED',
    detail: { listen: 'fd:web', reason: 'no socket of the name web was handed over', advice: /FileDescriptorName=web; .* http, unknown\./ },
  })
  t.throws(() => plan({ listen: 'fd:web' }, [], 1), { code: 'LISTEN_FAILED', detail: { advice: /none was handed over/ } })
})

t.test('what a predecessor handed over is found by its address, whatever place that has in the bootstrap now', async (t) => {
  const handed = ['127.0.0.1%3A81', '127.0.0.1%3A80', '127.0.0.1%3A80', 'admin~127.0.0.1%3A9901', '127.0.0.1%3A79']
  const made = plan({ listen: '127.0.0.1:80', listeners: [{ address: '127.0.0.1:81' }], admin: '127.0.0.1:9901' }, handed, 2)
  t.same(dealt(made), [
    ['0:4', '1:3'],
    ['0:5', '1:null'],
  ])
  t.equal(made.adminFd, 6)
  t.same(made.unclaimed, [{ name: '127.0.0.1%3A79', fd: 7 }])
  t.same(made.opened, [])
})

t.test('without an admin port its socket is nobody’s', async (t) => {
  const made = plan({ admin: 'off' }, ['admin~127.0.0.1%3A9901'], 1)
  t.equal(made.adminFd, null)
  t.equal(made.unclaimed.length, 1)
})

t.test('a worker that stands in for one that ended opens its port anew, once', async (t) => {
  const made = plan(
    { listen: '127.0.0.1:80', listeners: [{ address: 'unix:/a' }] },
    ['127.0.0.1%3A80', '127.0.0.1%3A80', '127.0.0.1%3A80'],
    2,
  )
  t.same(made.placesOf(0, NONE).length, 3)
  t.same(made.placesAgain(0, new Map([[0, 80]])), [
    { listener: 0, port: 80, fd: null, sharing: 'shared' },
    { listener: 1, port: null, fd: null, sharing: 'shared' },
  ])
  t.match(made.placesAgain(1, NONE), [{ listener: 0, fd: null }])
})

t.test('the socket of a name cannot be opened again; who never had it is not concerned', async (t) => {
  const made = plan({ listen: '127.0.0.1:80', listeners: [{ address: 'fd:web' }] }, ['web'], 2)
  t.equal(made.placesAgain(0, NONE), 'fd:web')
  t.match(made.placesAgain(1, NONE), [{ listener: 0 }])
})
