import t from 'tap'
import { MAX_WAITING_BYTES, StreamSession } from '../../../../control/push/stream-session.ts'
import { SILENCE_MS } from '../../../../edge/contract/wire.ts'
import { helloLine, RecordedSocket } from './recorded-socket.ts'

const switches = (seq: number) => JSON.stringify({ type: 'switches', switchboard: { seq, switches: [], overrides: [] } })

function begin({ refusal = null as string | null } = {}) {
  const socket = new RecordedSocket()
  const heard: unknown[] = []
  const ends: string[] = []
  const owner = {
    greet: () => refusal,
    hear: (edgeId: string, message: unknown) => heard.push([edgeId, message]),
    purgesAfter: () => null,
    ended: (_: StreamSession, reason: string) => ends.push(reason),
  }
  const session = new StreamSession(socket, owner, { address: '192.0.2.7', tokenId: 't' }, 0)
  return { socket, heard, ends, session }
}

function open() {
  const begun = begin()
  begun.session.receive(helloLine('e1'), 0)
  return begun
}

t.test('nothing is sent before the edge has said who it is', async (t) => {
  const { session, socket } = begin()
  session.send('switches', switches(1), 0)
  session.beat(0, 1)
  t.same(socket.messages, [])
  t.equal(session.edgeId, null)
})

t.test('what an edge says after its hello is heard under its name', async (t) => {
  const { session, heard } = open()
  const ack = { type: 'ack', what: 'switches', seq: 1, atMs: 5 }
  session.receive(JSON.stringify(ack), 1)
  t.same(heard, [['e1', ack]])
})

t.test('a stream ends when its first line is no hello, at a second hello, and at what is no message', async (t) => {
  const early = begin()
  early.session.receive('{"type":"ack","what":"switches","seq":1,"atMs":5}', 1)
  t.match(early.ends, [/first line was a ack/])
  const twice = open()
  twice.session.receive(helloLine('e1'), 1)
  t.match(twice.ends, [/hello twice/])
  const garbage = open()
  garbage.session.receive('{', 1)
  t.match(garbage.ends, [/no JSON object/])
  t.same(
    [early, twice, garbage].map(({ socket }) => socket.closed),
    [1, 1, 1],
  )
})

t.test('a message of a newer edge is dropped and the stream goes on', async (t) => {
  const { session, ends } = open()
  session.receive('{"type":"hot-keys"}', 1)
  t.same(ends, [])
})

t.test('an edge that is refused is let go with the reason', async (t) => {
  const { session, ends, socket } = begin({ refusal: 'too many' })
  session.receive(helloLine('e1'), 1)
  t.same(ends, ['too many'])
  session.send('switches', switches(1), 1)
  t.same(socket.messages, [])
})

t.test('a slow edge gets only the newest of each kind when it reads again, switches first', async (t) => {
  const { session, socket } = open()
  socket.reads = false
  session.send('switches', switches(1), 0)
  session.send('endpoints', '{"type":"endpoints","n":1}', 0)
  session.send('switches', switches(2), 0)
  session.send('publish', '{"type":"publish"}', 0)
  session.send('switches', switches(3), 0)
  session.send('endpoints', '{"type":"endpoints","n":2}', 0)
  t.same(socket.types, ['switches'], 'what was written before it fell behind')
  socket.reads = true
  session.drained(10)
  t.match(socket.messages.slice(1), [{ switchboard: { seq: 3 } }, { type: 'publish' }, { type: 'endpoints', n: 2 }])
  session.send('switches', switches(4), 11)
  t.equal(socket.messages.length, 5, 'and then it is served at once again')
})

t.test('an edge that falls behind again while it catches up keeps the rest waiting', async (t) => {
  const { session, socket } = open()
  socket.reads = false
  for (const what of ['switches', 'publish', 'endpoints'] as const) session.send(what, `{"type":"${what}"}`, 0)
  session.drained(1)
  t.same(socket.types, ['switches', 'publish'])
  session.drained(2)
  t.same(socket.types, ['switches', 'publish', 'endpoints'])
})

t.test('a silent edge is let go, one that says anything is not', async (t) => {
  const { session, ends, socket } = open()
  session.receive('{"type":"hot-keys"}', SILENCE_MS)
  session.beat(0, 2 * SILENCE_MS)
  t.same(ends, [])
  t.same(socket.types, ['beat'])
  session.beat(0, 2 * SILENCE_MS + 1)
  t.match(ends, [/silent/])
})

t.test('a connection that never says hello is let go', async (t) => {
  const { session, ends } = begin()
  session.beat(0, SILENCE_MS + 1)
  t.match(ends, [/silent/])
})

t.test('an edge that talks but does not read is let go, and beats do not pile up meanwhile', async (t) => {
  const { session, socket, ends } = open()
  socket.reads = false
  session.send('switches', switches(1), 0)
  for (let nowMs = 1_000; nowMs <= SILENCE_MS; nowMs += 1_000) {
    session.receive('{"type":"hot-keys"}', nowMs)
    session.beat(0, nowMs)
  }
  t.same(ends, [])
  t.same(socket.types, ['switches'])
  session.beat(0, SILENCE_MS + 1)
  t.match(ends, [/read nothing/])
})

t.test('a stream for which too much waits is ended at once', async (t) => {
  const { session, socket, ends } = open()
  socket.waiting = MAX_WAITING_BYTES
  session.send('switches', switches(1), 0)
  t.same(ends, [])
  socket.waiting = MAX_WAITING_BYTES + 1
  session.send('switches', switches(2), 0)
  t.match(ends, [/bytes wait/])
})

t.test('a stream ends once, and nothing follows', async (t) => {
  const { session, socket, ends, heard } = open()
  session.end('enough')
  session.end('more than enough')
  session.receive('{"type":"ack","what":"switches","seq":1,"atMs":5}', 1)
  session.send('switches', switches(1), 1)
  session.drained(1)
  t.same(ends, ['enough'])
  t.equal(socket.closed, 1)
  t.same(heard, [])
  t.same(socket.messages, [])
  t.equal(session.edgeId, 'e1')
})
