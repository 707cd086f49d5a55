import t from 'tap'
import type { EdgeBeat, Hello } from '../../../../control/domain/edge-message.ts'
import { edgeOnGone, edgeOnHello, edgeOnMessage } from '../../../../control/domain/edge-state.ts'

const hello: Hello = {
  type: 'hello',
  edgeId: 'e1',
  build: '0.1.0',
  contract: 1,
  startedAtMs: 50,
  have: { revision: 2, switchSeq: 3, endpointSeq: 4 },
}
const beat: EdgeBeat = {
  type: 'beat',
  have: { revision: 5, switchSeq: 3, endpointSeq: 4 },
  inFlight: 7,
  requests: 100,
  hitRatio: 0.5,
  workers: 2,
  redis: 'up',
}
const greeted = edgeOnHello(undefined, hello, '192.0.2.7', 1_000)

t.test('a hello says who it is, what it has and where it is', async (t) => {
  t.same(greeted, {
    edgeId: 'e1',
    build: '0.1.0',
    contract: 1,
    startedAtMs: 50,
    have: { revision: 2, switchSeq: 3, endpointSeq: 4 },
    connection: { state: 'connected', sinceMs: 1_000, address: '192.0.2.7' },
    serving: null,
    last: {},
    beat: null,
    heardAtMs: 1_000,
  })
})

t.test('an ack of a revision says since when it is served', async (t) => {
  const acked = edgeOnMessage(greeted, { type: 'ack', what: 'publish', seq: 5, atMs: 1_777 }, 2_000)
  t.same(acked.serving, { revision: 5, sinceMs: 1_777 })
  t.equal(acked.have.revision, 5)
  t.same(acked.last.publish, { kind: 'ack', seq: 5, atMs: 2_000 })
  t.equal(acked.heardAtMs, 2_000)
})

t.test('acks of switches and endpoints leave what is served alone', async (t) => {
  const acked = edgeOnMessage(greeted, { type: 'ack', what: 'switches', seq: 8, atMs: 1 }, 2_000)
  const both = edgeOnMessage(acked, { type: 'ack', what: 'endpoints', seq: 9, atMs: 1 }, 2_000)
  t.same(both.have, { revision: 2, switchSeq: 8, endpointSeq: 9 })
  t.equal(both.serving, null)
})

t.test('a nack keeps its problems, and the edge goes on with what it has', async (t) => {
  const problems = [{ pointer: '/routes/a', message: 'no' }]
  const refused = edgeOnMessage(greeted, { type: 'nack', what: 'publish', seq: 5, problems }, 2_000)
  t.same(refused.last.publish, { kind: 'nack', seq: 5, atMs: 2_000, problems })
  t.equal(refused.have.revision, 2)
})

t.test('a beat replaces what it said of itself', async (t) => {
  const beaten = edgeOnMessage(greeted, beat, 2_000)
  t.same(beaten.beat, { inFlight: 7, requests: 100, hitRatio: 0.5, workers: 2, redis: 'up' })
  t.equal(beaten.have.revision, 5)
})

t.test('an edge that is gone keeps what was known of it, and says why', async (t) => {
  const gone = edgeOnGone(edgeOnMessage(greeted, beat, 2_000), 'silent', 3_000)
  t.same(gone.connection, { state: 'gone', sinceMs: 3_000, reason: 'silent' })
  t.equal(gone.beat?.inFlight, 7)
  t.equal(gone.heardAtMs, 2_000)
})

t.test('the same process that comes back is known, a new one begins anew', async (t) => {
  const before = edgeOnMessage(edgeOnMessage(greeted, { type: 'ack', what: 'publish', seq: 5, atMs: 1_777 }, 2_000), beat, 2_000)
  const back = edgeOnHello(before, { ...hello, have: { ...hello.have, revision: 5 } }, '192.0.2.8', 4_000)
  t.same(back.serving, { revision: 5, sinceMs: 1_777 })
  t.ok(back.beat)
  const anew = edgeOnHello(before, { ...hello, startedAtMs: 51, have: { ...hello.have, revision: 5 } }, '192.0.2.8', 4_000)
  t.equal(anew.serving, null)
  t.equal(anew.beat, null)
  t.same(anew.last, {})
})
