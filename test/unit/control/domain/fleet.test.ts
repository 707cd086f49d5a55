import t from 'tap'
import type { Hello } from '../../../../control/domain/edge-message.ts'
import { Fleet, FORGET_AFTER_MS } from '../../../../control/domain/fleet.ts'

const hello = (edgeId: string): Hello => ({
  type: 'hello',
  edgeId,
  build: '0.1.0',
  contract: 1,
  startedAtMs: 1,
  have: { revision: 0, switchSeq: 0, endpointSeq: 0 },
})

t.test('edges are listed by id, with how many are connected', async (t) => {
  const fleet = new Fleet()
  fleet.hello(hello('b'), '192.0.2.1', 1)
  fleet.hello(hello('a'), '192.0.2.2', 2)
  fleet.gone('b', 'silent', 3)
  t.same(
    fleet.edges().map(({ edgeId }) => edgeId),
    ['a', 'b'],
  )
  t.equal(fleet.connected, 1)
})

t.test('an edge that never said hello is not noted', async (t) => {
  const fleet = new Fleet()
  fleet.message('a', { type: 'ack', what: 'publish', seq: 1, atMs: 1 }, 1)
  fleet.gone('a', 'silent', 2)
  t.same(fleet.edges(), [])
})

t.test('a full fleet makes room by the edge that is gone longest', async (t) => {
  const fleet = new Fleet(3)
  for (const id of ['a', 'b', 'c']) fleet.hello(hello(id), '', 1)
  fleet.gone('b', 'x', 2)
  fleet.gone('a', 'x', 3)
  t.equal(fleet.hello(hello('d'), '', 4), true)
  t.same(
    fleet.edges().map(({ edgeId }) => edgeId),
    ['a', 'c', 'd'],
  )
})

t.test('a fleet full of connected edges refuses a new one, but not one that it knows', async (t) => {
  const fleet = new Fleet(2)
  for (const id of ['a', 'b']) fleet.hello(hello(id), '', 1)
  t.equal(fleet.hello(hello('c'), '', 2), false)
  t.equal(fleet.hello(hello('a'), '', 2), true)
})

t.test('an edge that is gone for long is forgotten, one that is connected never', async (t) => {
  const fleet = new Fleet()
  fleet.hello(hello('here'), '', 0)
  fleet.hello(hello('gone'), '', 0)
  fleet.gone('gone', 'x', 10)
  fleet.forgetGone(10 + FORGET_AFTER_MS)
  t.ok(fleet.edge('gone'))
  fleet.forgetGone(11 + FORGET_AFTER_MS)
  t.notOk(fleet.edge('gone'))
  t.ok(fleet.edge('here'))
})
