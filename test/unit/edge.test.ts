import t, { type Test } from 'tap'
import { Abort } from '../../edge/base/abort.ts'
import type { Ports } from '../../edge/base/ports.ts'
import { allocateCells } from '../../edge/base/shared-cells.ts'
import { allocateSlots } from '../../edge/base/shared-slots.ts'
import { allocateLease } from '../../edge/cache/purge-lease.ts'
import { NO_PURGES } from '../../edge/cache/purge-table.ts'
import type { Told } from '../../edge/config/compile.ts'
import { type EdgeBootstrap, EdgeBootstrapSchema } from '../../edge/contract/bootstrap.ts'
import type { Switchboard } from '../../edge/contract/switchboard.ts'
import { validate } from '../../edge/contract/validate.ts'
import { Edge, type SiblingMessage, type Siblings } from '../../edge/edge.ts'
import { Fields } from '../../edge/http/fields.ts'
import { ConnectionMemory } from '../../edge/pipeline/connection-memory.ts'
import { BROWSER, toldOf } from '../support/exchange-maker.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { MemoryFiles } from '../support/memory-files.ts'
import { startOrigin } from '../support/origin.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { RecordingMetrics } from '../support/recording-metrics.ts'
import { RecordingReply } from '../support/recording-reply.ts'
import { ScriptedDial } from '../support/scripted-dial.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { until } from '../support/until.ts'

const SITE = {
  pools: { shop: {} },
  limits: { two: { rate: '2/m' } },
  fallbacks: { pong: { status: 200, contentType: 'text/plain', body: 'pong' }, busy: { status: 503, body: 'busy' } },
  routes: { ping: { path: '/ping', respond: 'pong' }, few: { path: '/few', respond: 'pong', limits: ['two'] } },
}

function bootstrap(): EdgeBootstrap {
  const valid = validate(EdgeBootstrapSchema, { edgeId: 'edge-1' })
  if (!valid.ok) throw new Error(JSON.stringify(valid.problems))
  return valid.value
}

function made(t: Test, siblings: Siblings | null = null) {
  const clock = new ManualClock()
  const metrics = new RecordingMetrics()
  const accessLog = new RecordingLog()
  const random = new SeededRandom()
  const log = new RecordingLog()
  const ports: Ports = { clock, timers: clock, random, log, metrics, files: new MemoryFiles(), dial: new ScriptedDial() }
  const cells = allocateCells(1_024, random)
  const vitals = { heapRatio: 0.1 }
  const read = { worstLoopDelayMs: () => 0, heapRatio: () => vitals.heapRatio }
  const purges = { purges: NO_PURGES, lease: allocateLease(), purgedHere: () => {} }
  const edge = new Edge({
    bootstrap: bootstrap(),
    ports,
    accessLog,
    vitals: read,
    cells,
    slots: allocateSlots(8, 1),
    index: 0,
    l1MaxBytes: 1_000_000,
    compressedMaxBytes: 0,
    blobs: null,
    state: null,
    turns: null,
    cachePut: '',
    cacheRemove: '',
    fillLease: '',
    siblings,
    ...purges,
  })
  t.teardown(() => edge.close())
  const ask = async (target: string, method = 'GET') => {
    const wanted = new Abort()
    const reply = new RecordingReply(method, wanted)
    const before = accessLog.lines.length
    const fields = Fields.of({ Host: 'shop.example', 'User-Agent': BROWSER })
    edge.serve(
      {
        method,
        target,
        httpVersion: '1.1',
        scheme: 'http',
        fields,
        body: null,
        peerAddress: '198.51.100.7',
        certificate: null,
        memory: new ConnectionMemory(),
        upgrade: null,
      },
      reply,
      wanted,
    )
    await until(() => accessLog.lines.length > before, { what: 'the exchange to end' })
    return { status: reply.answers[0]!.status, text: reply.text, logged: accessLog.lines.at(-1)! }
  }
  return { edge, ask, clock, metrics, accessLog, vitals }
}

function closedUntil(expiresAtMs: number): Switchboard {
  const standing = { owner: 'ops', reason: 'load', setAtMs: 1, expiresAtMs }
  return { seq: 2, switches: [{ id: 'shut', routes: [], clients: 'all', mode: 'closed', ...standing }], overrides: [] }
}

t.test('an edge serves what it was told, and numbers its exchanges', async (t) => {
  const { edge, ask } = made(t)
  t.equal(edge.apply(toldOf(SITE), 'all'), null)
  const first = await ask('/ping')
  t.match(first, { status: 200, text: 'pong', logged: { route: 'ping', revision: 1 } })
  t.not(first.logged.id, (await ask('/ping')).logged.id)
  t.match(edge.reading(), { inFlight: 0, requests: 2, redis: 'none' })
})

t.test('what cannot be compiled leaves in force what is', async (t) => {
  const { edge, ask } = made(t)
  edge.apply(toldOf(SITE), 'all')
  const told = toldOf(SITE, undefined, 2)
  const broken: Told = { ...told, site: { ...told.site, clients: { ...told.site.clients, trustedProxies: ['10.0.0.0/99'] } } }
  t.match(edge.apply(broken, 'all'), /cannot be compiled: RangeError/)
  t.match(await ask('/ping'), { status: 200, logged: { revision: 1 } })
})

t.test('a switch changes answers at once, and goes out by itself', async (t) => {
  const { edge, ask, clock } = made(t)
  edge.apply(toldOf(SITE), 'all')
  t.equal(edge.apply(toldOf(SITE, closedUntil(clock.wallMs() + 1_000)), 'switches'), null)
  t.match(await ask('/ping'), { status: 503, logged: { mode: 'closed', switch: 'shut', fault: 'CLOSED' } })
  clock.advance(1_000)
  t.equal((await ask('/ping')).status, 200)
})

t.test('a part of another revision brings the whole with it, so that no route looks for a limit that is gone', async (t) => {
  const { edge, ask } = made(t)
  edge.apply(toldOf(SITE), 'all')
  const { few: _, ...routes } = SITE.routes
  const next = toldOf({ ...SITE, limits: {}, routes }, { seq: 3, switches: [], overrides: [] }, 2)
  t.equal(edge.apply(next, 'switches'), null)
  t.match(await ask('/few'), { status: 404, logged: { revision: 2 } })
})

t.test('a worker under pressure says so, and sheds', async (t) => {
  const { edge, ask, clock, metrics, vitals } = made(t)
  edge.apply(toldOf(SITE), 'all')
  t.match([edge.pressure.level, edge.reading().pressure], [0, 0])
  vitals.heapRatio = 0.99
  clock.advance(100)
  t.match([edge.pressure.level, edge.reading().pressure], [4, 4])
  t.match(await ask('/ping'), { status: 503, logged: { fault: 'OVERLOADED' } })
  t.equal(metrics.value('weir_shed_total', ['normal']), 1)
  vitals.heapRatio = 0.1
  clock.advance(4_100)
  t.equal((await ask('/ping')).status, 200)
})

t.test('limits stay counted over a new revision', async (t) => {
  const { edge, ask } = made(t)
  edge.apply(toldOf(SITE), 'all')
  await ask('/few')
  await ask('/few')
  edge.apply(toldOf(SITE, undefined, 2), 'all')
  t.equal((await ask('/few')).status, 429)
})

t.test('it says how many peers each pool has and what its memory holds', async (t) => {
  const { edge, clock, metrics } = made(t)
  edge.apply(toldOf({ ...SITE, pools: { shop: { peers: [{ address: '127.0.0.1:1' }, { address: '127.0.0.1:2' }] } } }), 'all')
  t.equal(metrics.value('weir_peers', ['shop']), 2)
  metrics.gauge('weir_l1_entries').set(7)
  clock.advance(1_000)
  t.equal(metrics.value('weir_l1_entries'), 0)
  edge.countFault('BAD_MESSAGE')
  t.equal(metrics.value('weir_faults_total', ['BAD_MESSAGE']), 1)
})

t.test('what one worker fetched or forgot holds for its siblings', async (t) => {
  const origin = await startOrigin(t, { headers: { 'cache-control': 'max-age=60' }, body: 'page' })
  const heard: SiblingMessage[] = []
  const one = made(t, { tell: (message) => void heard.push(structuredClone(message)) })
  const other = made(t)
  const told = toldOf({ pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { all: { pool: 'shop' } } })
  for (const { edge } of [one, other]) edge.apply(told, 'all')
  t.match(await one.ask('/a'), { status: 200, text: 'page', logged: { servedBy: 'origin' } })
  t.match(heard, [{ type: 'filled', key: 'http://shop.example/a' }])
  other.edge.hear(heard[0]!)
  t.match(await other.ask('/a'), { text: 'page', logged: { servedBy: 'hit' } })
  await one.ask('/a', 'POST')
  t.match(heard[1], { type: 'forgotten', key: 'http://shop.example/a' })
  other.edge.hear(heard[1]!)
  t.match(await other.ask('/a'), { logged: { servedBy: 'origin' } })
})
