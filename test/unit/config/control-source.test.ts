import t from 'tap'
import type { Ports } from '../../../edge/base/ports.ts'
import { allocateLease, LEASE_MS, PurgeLease } from '../../../edge/cache/purge-lease.ts'
import { ControlSource, type PurgeSink } from '../../../edge/config/control-source.ts'
import { Loader } from '../../../edge/config/loader.ts'
import { digestOf } from '../../../edge/contract/canonical-json.ts'
import type { Purge } from '../../../edge/contract/purge.ts'
import { settled, TWO_PEERS, toldOf } from '../../support/exchange-maker.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryFiles } from '../../support/memory-files.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { ScriptedDial } from '../../support/scripted-dial.ts'

/** Takes purges as the test says. */
class ScriptedSink implements PurgeSink {
  purgeSeq = 0
  readonly taken: Purge[] = []
  /** Answers the purges taken so far, oldest first. */
  readonly answers: ((inForce: boolean) => void)[] = []
  /** Whether they are in force at once. */
  quick = true

  purge(purges: readonly Purge[]): Promise<boolean> {
    this.taken.push(...purges)
    if (this.quick) this.purgeSeq = purges.at(-1)!.seq
    return this.quick ? Promise.resolve(true) : new Promise((resolve) => this.answers.push(resolve))
  }
}

const READING = { inFlight: 1, requests: 2, hitRatio: 0.5, workers: 2, redis: 'none' } as const

function made(chance = () => 0.999) {
  const clock = new ManualClock()
  const dial = new ScriptedDial()
  const log = new RecordingLog()
  const metrics = new RecordingMetrics()
  const random = { next: () => chance(), hex: () => '' }
  const ports: Ports = { clock, timers: clock, random, log, metrics, files: new MemoryFiles(), dial }
  const loader = new Loader({ tryCompile: () => null, apply: async () => null, keep() {} }, ports)
  const reads = { next: () => Promise.resolve<typeof READING>(READING) }
  const target = { url: 'http://control.example/', token: 'secret-token-1234' }
  const identity = { edgeId: 'edge-1', build: '0.1.0', startedAtMs: 7 }
  const lease = new PurgeLease(allocateLease())
  const sink = new ScriptedSink()
  const source = new ControlSource(target, identity, { loader, purges: sink, lease, reading: () => reads.next() }, ports)
  return { clock, dial, log, metrics, loader, reads, source, lease, sink }
}

/** One whose stream stands. */
function connected() {
  const parts = made()
  parts.source.start()
  parts.dial.last.events.open()
  return parts
}

const PUBLISH = {
  type: 'publish',
  publication: { revision: 4, digest: digestOf(TWO_PEERS), publishedAtMs: 1, author: 'a', note: '', site: TWO_PEERS },
}

t.test('the first line says who it is and what it has', async (t) => {
  const { dial, source, loader, clock } = made()
  const told = toldOf(TWO_PEERS, { seq: 2, switches: [], overrides: [] }, 3)
  loader.begin(told)
  source.start()
  t.match(dial.last, { url: 'http://control.example/v1/stream', token: 'secret-token-1234' })
  const have = { revision: 3, switchSeq: 2, endpointSeq: 0, purgeSeq: 0, digest: digestOf(told.site) }
  t.same(dial.last.sent, [{ type: 'hello', edgeId: 'edge-1', build: '0.1.0', startedAtMs: 7, contract: 1, sentAtMs: clock.wallMs(), have }])
})

t.test('an edge that has nothing says so', async (t) => {
  const { dial, source } = made()
  source.start()
  t.match(dial.last.sent, [{ have: { revision: 0, switchSeq: 0, endpointSeq: 0 } }])
})

t.test('what is in force is acknowledged, what is refused comes back with its problems', async (t) => {
  const { dial, loader, clock } = connected()
  dial.last.say(PUBLISH)
  dial.last.say({ type: 'switches', switchboard: { seq: 8, switches: [], overrides: [] } })
  dial.last.say({ type: 'endpoints', endpoints: { seq: 9, services: [] } })
  const wrong = { ...PUBLISH.publication, revision: 5, site: { routes: { all: { pool: 'gone' } } } }
  dial.last.say({ type: 'publish', publication: { ...wrong, digest: digestOf(wrong.site) } })
  await settled()
  t.same(dial.last.of('ack'), [
    { type: 'ack', what: 'publish', seq: 4, atMs: clock.wallMs() },
    { type: 'ack', what: 'switches', seq: 8, atMs: clock.wallMs() },
    { type: 'ack', what: 'endpoints', seq: 9, atMs: clock.wallMs() },
  ])
  t.match(dial.last.of('nack'), [{ what: 'publish', seq: 5, problems: [{ pointer: '/routes/all/pool' }] }])
  t.equal(loader.told?.revision, 4)
})

t.test('switches sent before the first site are in force with it', async (t) => {
  const { dial, loader } = connected()
  dial.last.say({ type: 'switches', switchboard: { seq: 8, switches: [], overrides: [] } })
  dial.last.say(PUBLISH)
  await settled()
  t.match(loader.told, { revision: 4, switchboard: { seq: 8 } })
  t.same(
    dial.last.of('ack').map(({ what }) => what),
    ['switches', 'publish'],
  )
})

t.test('what cannot be read is dropped and logged, and the stream goes on', async (t) => {
  const { dial, log, loader } = connected()
  const lines = ['{', '5', 'null', { type: 'purge', seq: 1 }, { type: 'publish' }, { type: 'switches', switchboard: { seq: -1 } }]
  for (const line of lines) dial.last.say(line)
  await settled()
  t.equal(log.of('control-message-dropped').length, lines.length)
  t.equal(loader.told, null)
  t.equal(dial.last.closed, false)
})

t.test('it beats while it is connected', async (t) => {
  const { dial, clock, reads, log } = connected()
  for (let i = 0; i < 3; i++) await clock.advanceAsync(1_000)
  t.equal(dial.last.of('beat').length, 3)
  t.match(dial.last.of('beat')[0], { inFlight: 1, hitRatio: 0.5, have: { revision: 0 } })
  reads.next = () => Promise.reject(new Error('a worker ended'))
  await clock.advanceAsync(1_000)
  t.equal(dial.last.of('beat').length, 3)
  t.match(log.of('beat-failed'), [{ cause: 'Error: a worker ended' }])
})

t.test('a control plane that falls silent is let go, one that beats is kept', async (t) => {
  const { dial, clock, metrics, source } = connected()
  t.equal(metrics.value('weir_control_connected'), 1)
  const stream = dial.last
  for (let second = 0; second < 20; second++) {
    stream.say({ type: 'beat', atMs: 1 })
    await clock.advanceAsync(1_000)
  }
  t.equal(stream.closed, false)
  for (let second = 0; second < 11; second++) await clock.advanceAsync(1_000)
  t.equal(stream.closed, true)
  t.equal(source.connected, false)
  t.equal(metrics.value('weir_control_connected'), 0)
})

t.test('it tries again after pauses that double up to a bound, each cut short by chance', async (t) => {
  const { dial, clock, source, log } = made()
  source.start()
  const pauses: number[] = []
  for (let i = 0; i < 8; i++) {
    const before = clock.monotonicMs()
    const streams = dial.streams.length
    dial.last.lose('refused')
    while (dial.streams.length === streams) clock.advance(1)
    pauses.push(clock.monotonicMs() - before)
  }
  t.same(pauses, [200, 400, 800, 1_599, 3_197, 4_995, 4_995, 4_995])
  t.equal(log.of('control-lost').length, 1, 'said once, not at each try')

  const early = made(() => 0.1)
  early.source.start()
  early.dial.last.lose('refused')
  early.clock.advance(20)
  t.equal(early.dial.streams.length, 2)
})

t.test('a stream that opens and drops is no success: only a word is', async (t) => {
  const { dial, clock, source } = made()
  source.start()
  for (let i = 0; i < 5; i++) {
    dial.last.events.open()
    dial.last.lose('dropped')
    clock.advance(5_000)
  }
  const streams = dial.streams.length
  dial.last.events.open()
  dial.last.lose('dropped')
  clock.advance(1_000)
  t.equal(dial.streams.length, streams, 'the pause has grown')
  clock.advance(4_000)
  dial.last.events.open()
  dial.last.say({ type: 'beat', atMs: 1 })
  dial.last.lose('restarted')
  clock.advance(200)
  t.equal(dial.streams.length, streams + 2, 'and after a word it is short again')
})

t.test('after stop it follows nobody, beats no more and starts no timer', async (t) => {
  const { dial, clock, source } = connected()
  source.stop()
  t.equal(dial.last.closed, true)
  clock.advance(60_000)
  t.equal(dial.streams.length, 1)
  t.equal(clock.pending, 0)

  const waiting = made()
  waiting.source.start()
  waiting.dial.last.lose('refused')
  waiting.source.stop()
  t.equal(waiting.clock.pending, 0)
})

const purgeOf = (seq: number): Purge => ({ seq, order: { by: 'tag', tag: 'x', mode: 'hard', againAfterMs: 0 } })

t.test('purges are acknowledged once they are in force everywhere, and not before', async (t) => {
  const { dial, sink, clock } = connected()
  sink.quick = false
  dial.last.say({ type: 'purge', purges: [purgeOf(1), purgeOf(2)] })
  await settled()
  t.same(sink.taken, [purgeOf(1), purgeOf(2)])
  t.same(dial.last.of('ack'), [])
  sink.answers[0]!(true)
  await settled()
  t.same(dial.last.of('ack'), [{ type: 'ack', what: 'purge', seq: 2, atMs: clock.wallMs() }])
  dial.last.say({ type: 'purge', purges: [purgeOf(3)] })
  sink.answers[1]!(false)
  await settled()
  t.match(dial.last.of('nack'), [{ what: 'purge', seq: 3, problems: [{ message: 'a worker does not answer' }] }])
})

t.test('the lease is as young as what the control plane says back, once the purges before it are in force', async (t) => {
  const { dial, sink, lease, clock, source } = connected()
  const sentAtMs = clock.wallMs()
  sink.quick = false
  dial.last.say({ type: 'purge', purges: [purgeOf(1)] })
  dial.last.say({ type: 'beat', atMs: 1, echoAtMs: sentAtMs })
  await settled()
  t.equal(lease.currentAtMs, 0)
  sink.answers[0]!(true)
  await settled()
  t.equal(lease.currentAtMs, sentAtMs)
  t.equal(await source.caughtUp, true)
  t.equal(lease.holds(sentAtMs + LEASE_MS), true)
  t.equal(lease.holds(sentAtMs + LEASE_MS + 1), false, 'as for a process that was stopped in between')
})

t.test('who is cut off goes on with what is known after some beats, and asks again when somebody answers', async (t) => {
  const { dial, lease, clock } = connected()
  dial.last.say({ type: 'beat', atMs: 1, echoAtMs: clock.wallMs() })
  await settled()
  clock.advance(LEASE_MS + 1_000)
  t.equal(lease.holds(clock.wallMs()), false)
  clock.advance(2_000)
  t.equal(lease.holds(clock.wallMs()), true, 'it fails static')
  dial.last.events.close('gone')
  clock.advance(5_000)
  dial.last.events.open()
  t.equal(lease.holds(clock.wallMs()), false, 'what was purged meanwhile is about to be told')
  dial.last.say({ type: 'beat', atMs: 1, echoAtMs: clock.wallMs() })
  await settled()
  t.equal(lease.holds(clock.wallMs()), true)
})

t.test('it tells whether it has caught up: not when nobody answers, nor when a worker did not take what came', async (t) => {
  const refused = made()
  refused.source.start()
  refused.dial.last.events.close('refused')
  t.equal(await refused.source.caughtUp, false)

  const { dial, sink, source } = connected()
  sink.quick = false
  dial.last.say({ type: 'purge', purges: [purgeOf(1)] })
  sink.answers[0]!(false)
  dial.last.say(PUBLISH)
  t.equal(await source.caughtUp, false)

  const told = connected()
  told.dial.last.say({ type: 'purge', purges: [purgeOf(1)] })
  told.dial.last.say(PUBLISH)
  t.equal(await told.source.caughtUp, true)
})
