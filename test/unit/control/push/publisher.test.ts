import t from 'tap'
import { acceptSite } from '../../../../control/domain/accept-site.ts'
import { CUT_OFF_MS, Publisher, type PurgeFeed } from '../../../../control/push/publisher.ts'
import { EMPTY_ENDPOINTS, type Publication } from '../../../../edge/contract/publication.ts'
import type { Purge } from '../../../../edge/contract/purge.ts'
import { EMPTY_SWITCHBOARD } from '../../../../edge/contract/switchboard.ts'
import { validate } from '../../../../edge/contract/validate.ts'
import { BEAT_EVERY_MS, type FromControl, FromControlSchema, MAX_LINE_BYTES, SILENCE_MS } from '../../../../edge/contract/wire.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import type { Scope } from '../../../support/scope.ts'
import { NO_PURGES } from './no-purges.ts'
import { helloLine, RecordedSocket } from './recorded-socket.ts'

function revision(number: number): Publication {
  const accepted = acceptSite({ name: `site ${number}` })
  if (!accepted.ok) throw new Error('the site of this test is not valid')
  return { revision: number, digest: accepted.digest, publishedAtMs: 0, author: 'ann', note: '', site: accepted.site }
}

function begin(t: Scope, publication: Publication | null = revision(1), feed: PurgeFeed = NO_PURGES) {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const publisher = new Publisher({ publication, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS }, feed, {
    clock,
    timers: clock,
    log,
  })
  t.teardown(() => publisher.close())
  const connect = (edgeId: string, have: object = {}, tokenId = 't') => {
    const socket = new RecordedSocket()
    const session = publisher.open(socket, { address: '192.0.2.7', tokenId })
    if (!session) throw new Error('no room')
    session.receive(helloLine(edgeId, have), clock.monotonicMs())
    return { socket, session, say: (message: object) => session.receive(JSON.stringify(message), clock.monotonicMs()) }
  }
  return { clock, log, publisher, connect }
}

t.test('an edge that has nothing is sent all that stands, as the contract says', async (t) => {
  const { socket } = begin(t).connect('e1')
  t.same(socket.types, ['switches', 'publish', 'endpoints'])
  for (const message of socket.messages) t.equal(validate(FromControlSchema, message).ok, true)
})

t.test('an edge that has the revision is not sent it again, but what is small it is', async (t) => {
  const { digest } = revision(1)
  t.same(begin(t).connect('e1', { revision: 1, digest }).socket.types, ['switches', 'endpoints'])
})

t.test('an edge whose revision has the same number but another content is sent the one that stands', async (t) => {
  t.same(begin(t).connect('e1', { revision: 1, digest: 'f'.repeat(64) }).socket.types, ['switches', 'publish', 'endpoints'])
  t.same(begin(t).connect('e1', { revision: 1 }).socket.types, ['switches', 'publish', 'endpoints'], 'and so is one that does not say')
})

t.test('before anything is published an edge is sent no revision', async (t) => {
  t.same(begin(t, null).connect('e1').socket.types, ['switches', 'endpoints'])
})

t.test('a change is written to every edge before the call returns', async (t) => {
  const { publisher, connect } = begin(t)
  const edges = [connect('e1'), connect('e2')]
  publisher.switches({ seq: 1, switches: [], overrides: [] })
  publisher.publish(revision(2))
  publisher.endpoints({ seq: 3, services: [] })
  for (const { socket } of edges) {
    t.match(socket.messages.slice(3), [{ switchboard: { seq: 1 } }, { publication: { revision: 2 } }, { endpoints: { seq: 3 } }])
  }
  t.match(connect('e3').socket.messages, [{ switchboard: { seq: 1 } }, { publication: { revision: 2 } }, { endpoints: { seq: 3 } }])
})

t.test('the newest stream of an edge wins, and the end of the older one does not make it gone', async (t) => {
  const { publisher, connect } = begin(t)
  const older = connect('e1')
  const newer = connect('e1')
  t.equal(older.socket.closed, 1)
  t.equal(publisher.fleet.edge('e1')?.connection.state, 'connected')
  publisher.publish(revision(2))
  t.equal(older.socket.messages.length, 3)
  t.equal(newer.socket.messages.length, 4)
  newer.session.end('done')
  t.match(publisher.fleet.edge('e1')?.connection, { state: 'gone', reason: 'done' })
})

t.test('a confirmation counts the edges that were connected when it was asked for', async (t) => {
  const { publisher, connect, clock } = begin(t)
  const edges = [connect('e1'), connect('e2'), connect('e3')]
  publisher.switches({ seq: 5, switches: [], overrides: [] })
  const said = publisher.confirmation('switches', 5, 1_000)
  clock.advance(12)
  for (const { say } of edges) say({ type: 'ack', what: 'switches', seq: 5, atMs: 1 })
  t.same(await said, { acked: 3, nacked: 0, of: 3, afterMs: 12 })
  t.equal(publisher.fleet.edge('e2')?.have.switchSeq, 5)
})

t.test('an edge that reconnects while its answer is awaited is still waited for', async (t) => {
  const { publisher, connect } = begin(t)
  connect('e1')
  publisher.publish(revision(2))
  const said = publisher.confirmation('publish', 2, 1_000)
  connect('e1').say({ type: 'ack', what: 'publish', seq: 2, atMs: 1 })
  t.match(await said, { acked: 1, of: 1 })
})

t.test('a refusal is logged, kept and passed on', async (t) => {
  const { publisher, connect, log } = begin(t)
  const { say } = connect('e1')
  publisher.publish(revision(2))
  const said = publisher.confirmation('publish', 2, 1_000)
  const problems = [{ pointer: '/routes/a', message: 'no' }]
  say({ type: 'nack', what: 'publish', seq: 2, problems })
  t.match(await said, { acked: 0, nacked: 1, problems: [{ edgeId: 'e1', problems }] })
  t.match(publisher.fleet.edge('e1')?.last.publish, { kind: 'nack', seq: 2, problems })
  t.match(log.of('edge-refuses'), [{ level: 'warn', edge: 'e1', what: 'publish', seq: 2 }])
})

t.test('every edge hears a beat each second, and a silent one is let go', async (t) => {
  const { publisher, connect, clock } = begin(t)
  const { socket, say } = connect('e1')
  const silent = connect('e2')
  const beat = {
    type: 'beat',
    have: { revision: 1, switchSeq: 0, endpointSeq: 0 },
    inFlight: 0,
    requests: 0,
    hitRatio: 0,
    workers: 1,
    redis: 'none',
  }
  for (let passedMs = 0; passedMs <= SILENCE_MS; passedMs += BEAT_EVERY_MS) {
    clock.advance(BEAT_EVERY_MS)
    say(beat)
  }
  t.equal(socket.types.filter((type) => type === 'beat').length, SILENCE_MS / BEAT_EVERY_MS + 1)
  t.match(publisher.fleet.edge('e2')?.connection, { state: 'gone', reason: /silent/ })
  t.equal(silent.socket.closed, 1)
  t.equal(publisher.fleet.connected, 1)
})

t.test('an edge of another contract is refused with a sentence', async (t) => {
  const { publisher, log, clock } = begin(t)
  const socket = new RecordedSocket()
  publisher.open(socket, { address: '', tokenId: 't' })?.receive(helloLine('e1', {}, { contract: 2 }), clock.monotonicMs())
  t.equal(socket.closed, 1)
  t.match(log.of('edge-stream-ended'), [{ reason: 'it speaks contract 2, this control plane speaks 1' }])
  t.equal(publisher.fleet.connected, 0)
})

t.test('taking a token back ends the streams that it opened and no others', async (t) => {
  const { publisher, connect } = begin(t)
  const mine = connect('e1', {}, 'mine')
  const other = connect('e2', {}, 'other')
  publisher.endStreamsOf('mine')
  t.equal(mine.socket.closed, 1)
  t.equal(other.socket.closed, 0)
})

t.test('what no edge could read is not sent, and what stood before is what new edges get', async (t) => {
  const { publisher, connect, log } = begin(t)
  const { socket } = connect('e1')
  const service = { service: 'x'.repeat(MAX_LINE_BYTES), peers: [], seenAtMs: 0 }
  publisher.endpoints({ seq: 9, services: [service] })
  t.equal(socket.messages.length, 3)
  t.match(log.of('push-too-long'), [{ level: 'error', what: 'endpoints' }])
  t.match(connect('e2').socket.messages[2], { endpoints: { seq: 0 } })
})

t.test('listeners hear of every kind of change until they stop', async (t) => {
  const { publisher, connect } = begin(t)
  const heard: string[] = []
  const stop = publisher.onChange((change) => heard.push(change))
  connect('e1').session.end('done')
  publisher.publish(revision(2))
  publisher.switches({ seq: 1, switches: [], overrides: [] })
  stop()
  publisher.endpoints({ seq: 1, services: [] })
  t.same(heard, ['edges', 'edges', 'publish', 'switches'])
})

t.test('closing ends all streams, waits and timers', async (t) => {
  const { publisher, connect, clock } = begin(t)
  const { socket } = connect('e1')
  const said = publisher.confirmation('publish', 9, 1_000)
  publisher.close()
  t.match(await said, { acked: 0, of: 1 })
  t.equal(socket.closed, 1)
  t.equal(clock.pending, 0)
})

const tag = (seq: number): Purge => ({ seq, order: { by: 'tag', tag: `t${seq}`, mode: 'hard', againAfterMs: 0 } })

/** A log that holds what is after the floor, up to `seq`. */
function feedOf(seq: number, floor = 0) {
  const log = { seq, floor, raised: 0 }
  const feed: PurgeFeed = {
    head: () => ({ seq: log.seq, floor: log.floor }),
    after: (from, limit) => Array.from({ length: Math.min(limit, log.seq - from) }, (_, i) => tag(from + 1 + i)),
    order: () => {},
    raise: (to) => Object.assign(log, { seq: to, floor: to, raised: to }),
  }
  return { log, feed }
}
const seqsOf = (messages: readonly FromControl[]) =>
  messages.flatMap((message) => (message.type === 'purge' ? message.purges.map(({ seq }) => seq) : []))

t.test('an edge that missed purges is sent them before anything else, each once and in their order', async (t) => {
  const { feed } = feedOf(5)
  const { connect } = begin(t, revision(1), feed)
  const { socket } = connect('e1', { purgeSeq: 2 })
  t.equal(socket.types[0], 'purge')
  t.same(seqsOf(socket.messages), [3, 4, 5])
  for (const message of socket.messages) t.equal(validate(FromControlSchema, message).ok, true)
  t.same(seqsOf(connect('e2', { purgeSeq: 5 }).socket.messages), [], 'who has all is sent none')
  t.same(seqsOf(connect('e3').socket.messages), [], 'nor is one that knows no purges')
})

t.test('an edge that missed what the log no longer holds is told that everything is gone, then the rest', async (t) => {
  const { feed } = feedOf(1_205, 200)
  const { messages } = begin(t, null, feed).connect('e1', { purgeSeq: 0 }).socket
  t.match(messages[0], { type: 'purge', purges: [{ seq: 200, order: { by: 'all', mode: 'hard' } }] })
  t.same(seqsOf(messages), [200, ...Array.from({ length: 1_005 }, (_, i) => 201 + i)])
})

t.test('an edge that knows more than the log raises it, and others that do not have lost something', async (t) => {
  const { feed, log } = feedOf(3)
  const { connect } = begin(t, null, feed)
  const behind = connect('e1', { purgeSeq: 3 })
  connect('e2', { purgeSeq: 90 })
  t.equal(log.raised, 90)
  t.match(behind.socket.messages.at(-1), { type: 'purge', purges: [{ seq: 90, order: { by: 'all' } }] })
})

t.test('an edge that does not read is sent what it missed once it reads again, and nothing waits for it meanwhile', async (t) => {
  const { feed, log } = feedOf(0)
  const { connect, publisher } = begin(t, null, feed)
  const { socket, session } = connect('e1', { purgeSeq: 0 })
  socket.reads = false
  log.seq = 1
  publisher.purged()
  log.seq = 4
  publisher.purged()
  t.same(seqsOf(socket.messages), [1], 'the line that showed that it is behind')
  socket.reads = true
  session.drained(0)
  t.same(seqsOf(socket.messages), [1, 2, 3, 4])
})

t.test('a purge is confirmed by each edge; one that was cut off a moment ago is missing until it is back with it', async (t) => {
  const { feed, log } = feedOf(0)
  const { connect, publisher, clock } = begin(t, null, feed)
  const [here, cut, old] = [connect('e1', { purgeSeq: 0 }), connect('e2', { purgeSeq: 0 }), connect('e3', { purgeSeq: 0 })]
  old.session.end('gone')
  clock.setWall(clock.wallMs() + CUT_OFF_MS)
  cut.session.end('cut off')
  log.seq = 1
  publisher.purged()
  const said = publisher.purgeConfirmation(1, 500)
  here.say({ type: 'ack', what: 'purge', seq: 1, atMs: 1 })
  clock.advance(500)
  t.match(await said, { acked: 1, of: 2, missing: ['e2'] })
  const again = publisher.purgeConfirmation(1, 500)
  connect('e2', { purgeSeq: 1 })
  t.match(await again, { acked: 2, of: 2, missing: undefined }, 'who has it already need not say so again')
  t.equal(publisher.fleet.edge('e1')?.have.purgeSeq, 1)
})

t.test('who wants to hears each beat, until he does not any more', async (t) => {
  const { publisher, connect } = begin(t)
  const heard: unknown[] = []
  const stop = publisher.onBeat((beat) => heard.push(beat.inFlight))
  const { say } = connect('e1')
  const beat = (inFlight: number) => {
    const have = { revision: 1, switchSeq: 0, endpointSeq: 0 }
    say({ type: 'beat', have, inFlight, requests: 0, hitRatio: null, workers: 1, redis: 'none' })
  }
  beat(1)
  beat(2)
  stop()
  beat(3)
  t.same(heard, [1, 2])
})
