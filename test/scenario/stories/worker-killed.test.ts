// A worker thread dies, or runs out of memory, while people read. Its own connections break, as they must; nobody else notices, and it comes back.

import { Agent, type ClientRequestArgs } from 'node:http'
import type { Socket } from 'node:net'
import { BroadcastChannel } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { createSlab } from '../../../edge/base/metrics.ts'
import { systemClock, systemRandom, systemTimers } from '../../../edge/base/system/clock.ts'
import { systemDial } from '../../../edge/base/system/dial.ts'
import { systemFiles } from '../../../edge/base/system/files.ts'
import { quickSite } from '../../../edge/config/quick-site.ts'
import { EMPTY_ENDPOINTS } from '../../../edge/contract/publication.ts'
import { EMPTY_SWITCHBOARD } from '../../../edge/contract/switchboard.ts'
import { startEdgeProcess } from '../../../edge/server/edge-process.ts'
import { runWhile } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

const WORKERS = 3
const KEPT = 24
/** What all workers may have at the origin at once. */
const SLOTS = 4
const PATIENCE = { deadlineMs: 30_000 }
const MIB = 1024 ** 2

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=600' } })
const log = new RecordingLog()
const metrics = new RecordingMetrics()
const edge = await startMortalEdge()
const port = Number(new URL(edge.urls[0]!).port)

/** An edge in this process, whose workers can be killed. */
async function startMortalEdge() {
  const quick = quickSite(['--to', origin.url, '--listen', '127.0.0.1:0', '--admin', 'off', '--workers', String(WORKERS)])
  if (quick.kind !== 'run') throw new Error('the flags should stand for a site')
  const bulkhead = { maxInFlight: SLOTS, shares: { high: 1, normal: 1, low: 1, crawlers: 1 }, queue: { max: 1_000, timeoutMs: 120_000 } }
  const { origin: pool } = quick.site.pools
  const site = { ...quick.site, pools: { origin: { ...pool!, bulkhead: { ...bulkhead, holdUntil: 'body' as const } } } }
  const overload = { ...quick.bootstrap.overload, heapRatio: 1, loopDelayMs: 60_000 }
  const timing = { clock: systemClock, timers: systemTimers, random: systemRandom }
  const running = await startEdgeProcess({
    // Nobody is shed here: what is under pressure goes down.
    blobs: null,
    bootstrap: { ...quick.bootstrap, overload, accessLog: 'off', drainTimeoutMs: 2_000 },
    ports: { ...timing, files: systemFiles, dial: systemDial, log, metrics },
    memoryBytes: 512 * MIB,
    workerEntry: new URL('../../support/mortal-worker.ts', import.meta.url),
    ownView: () => ({ slab: createSlab(), series: [], ended: false }),
    build: 'test',
    explain: () => null,
    given: { revision: 1, site, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS },
    controlToken: null,
    inherited: [],
    closeSocket: () => {},
    openDiscovery: () => {
      throw new Error('nothing is discovered here')
    },
    startSuccessor: () => {
      throw new Error('no successor is started here')
    },
  })
  t.teardown(() => running.close('asked'))
  return running
}

/** A connection as its worker says it; the clock is one that all threads read alike. */
interface TakenConnection {
  readonly worker: number
  readonly port: number
  readonly atNs: bigint
}

/** What was taken from each port: the system gives a port to one connection after the other. */
const taken = new Map<number, TakenConnection[]>()
const accepted = Array<number>(WORKERS).fill(0)
const channel = new BroadcastChannel('mortal-workers')
channel.onmessage = (message) => {
  const one = (message as MessageEvent).data as TakenConnection
  taken.set(one.port, [...(taken.get(one.port) ?? []), one])
  accepted[one.worker]! += 1
}
t.teardown(() => channel.close())

/** A connection as its client knows it. */
interface OpenedConnection {
  readonly port: number
  readonly sinceNs: bigint
}

/** The worker that took it; null when none has, or has not said so yet. */
function ownerOf({ port, sinceNs }: OpenedConnection, untilNs: bigint): number | null {
  return taken.get(port)?.find(({ atNs }) => atNs >= sinceNs && atNs <= untilNs)?.worker ?? null
}

/** Keeps one connection, and knows where it comes from. */
class OneConnection extends Agent {
  now: OpenedConnection = { port: 0, sinceNs: 0n }

  override createConnection(options: ClientRequestArgs, callback?: (cause: Error | null, stream: Socket) => void) {
    const sinceNs = process.hrtime.bigint()
    this.now = { port: 0, sinceNs }
    const socket = super.createConnection(options, callback as never) as Socket
    socket.once('connect', () => {
      this.now = { port: socket.localPort as number, sinceNs }
    })
    return socket
  }
}

/** What people saw while a worker went down. */
interface Seen {
  readonly statuses: ReadonlySet<string>
  /** The worker that went down. */
  readonly victim: number
  /** Connections that broke, by the worker that had them; null where no worker had taken it yet. */
  readonly broken: readonly (number | null)[]
}

/** Lets the worker of the first reader go down while all read, and waits until it serves again. */
async function readersSee(t: Test, goDown: (victim: number) => void): Promise<Seen> {
  const lanes = Array.from({ length: KEPT + 8 }, (_, index) => new OneConnection({ keepAlive: index < KEPT, maxSockets: 1 }))
  t.teardown(() => lanes.forEach((lane) => void lane.destroy()))
  const broken: { readonly connection: OpenedConnection; readonly atNs: bigint }[] = []
  let answered = 0
  const read = async (lane: OneConnection, index: number) => {
    try {
      const { status, text } = await visit({ port }, `/page/${index % 20}`, { agent: lane })
      if (text !== 'page') throw new Error(`got ${text}`)
      answered += 1
      return status
    } catch (cause) {
      broken.push({ connection: lane.now, atNs: process.hrtime.bigint() })
      throw cause
    }
  }
  const more = (count: number) => {
    const wanted = answered + count
    return until(() => answered >= wanted, { ...PATIENCE, what: `${count} more pages` })
  }
  let victim = -1
  const goingDown = async () => {
    await more(2_000)
    t.same(broken, [])
    const first = () => ownerOf(lanes[0]!.now, process.hrtime.bigint())
    await until(() => first() !== null, { ...PATIENCE, what: 'the worker of the first reader' })
    victim = first()!
    const before = accepted[victim]!
    const ended = log.of('worker-ended').length
    goDown(victim)
    await until(() => log.of('worker-ended').length > ended, { ...PATIENCE, what: 'the worker to be gone' })
    await until(() => metrics.value('weir_workers') === WORKERS, { ...PATIENCE, what: 'the worker to be back' })
    await until(() => accepted[victim]! > before, { ...PATIENCE, what: 'it to take connections again' })
    await more(2_000)
  }
  const work = goingDown()
  const reports = await Promise.all(lanes.map((lane) => runWhile(work, (index) => read(lane, index), 1)))
  return {
    statuses: new Set(reports.flatMap(({ statuses }) => Object.keys(statuses))),
    victim,
    // One that the system had taken, and no worker yet, goes down with the socket it waited in.
    broken: broken.map(({ connection, atNs }) => ownerOf(connection, atNs)),
  }
}

const othersOf = ({ broken, victim }: Seen) => broken.filter((owner) => owner !== null && owner !== victim)

t.test('one of three workers is killed: only its own connections break, and it comes back', { timeout: 240_000 }, async (t) => {
  const seen = await readersSee(t, (victim) => channel.postMessage({ kill: victim }))
  t.same(seen.statuses, new Set(['200']))
  t.ok(seen.broken.includes(seen.victim), 'its connections broke')
  t.same(othersOf(seen), [], 'no connection of another worker did')
  t.equal(metrics.value('weir_worker_restarts_total'), 1)
  t.match(log.of('worker-ended'), [{ worker: seen.victim, cause: 'Error: killed by a test' }])
  await until(() => log.of('worker-serves-again').length === 1, { ...PATIENCE, what: 'the line that says so' })
})

t.test('one of three fills its heap: it ends alone, and it comes back', { timeout: 240_000 }, async (t) => {
  const seen = await readersSee(t, (victim) => channel.postMessage({ fill: victim }))
  t.same(seen.statuses, new Set(['200']))
  t.same(othersOf(seen), [])
  t.equal(metrics.value('weir_worker_restarts_total'), 2)
  t.match(log.of('worker-ended').at(-1), { worker: seen.victim, cause: /ERR_WORKER_OUT_OF_MEMORY/ })
})

t.test('what killed workers had in flight at a pool is given back to the others', { timeout: 240_000 }, async (t) => {
  const held = origin.hold('/held')
  const gone = Array.from({ length: SLOTS }, (_, i) => visit({ port }, `/held?${i}`, { deadlineMs: 100_000 }).catch(() => null))
  await until(() => held.waiting === SLOTS, { ...PATIENCE, what: 'all slots to be taken' })
  const waiting = visit({ port }, '/page/waits', { deadlineMs: 100_000 }).catch(() => null)
  for (let victim = 0; victim < WORKERS; victim++) {
    const served = log.of('worker-serves-again').length
    channel.postMessage({ kill: victim })
    await until(() => log.of('worker-serves-again').length > served, { ...PATIENCE, what: 'the worker to be back' })
  }
  for (let i = 0; i < SLOTS + 1; i++) t.equal((await visit({ port }, `/page/after-${i}`, PATIENCE)).text, 'page')
  held.release()
  await Promise.all([...gone, waiting])
})
