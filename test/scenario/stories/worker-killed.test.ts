// A worker thread dies while people read. Its own connections break, as they must; nobody else notices, and it comes back.

import { Agent, type ClientRequestArgs } from 'node:http'
import type { Socket } from 'node:net'
import { BroadcastChannel } from 'node:worker_threads'
import t from 'tap'
import { createSlab } from '../../../edge/base/metrics.ts'
import { systemClock, systemRandom, systemTimers } from '../../../edge/base/system/clock.ts'
import { systemDial } from '../../../edge/base/system/dial.ts'
import { systemFiles } from '../../../edge/base/system/files.ts'
import { systemMemoryBytes } from '../../../edge/base/system/machine.ts'
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

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=600' } })
const log = new RecordingLog()
const metrics = new RecordingMetrics()
const edge = await startMortalEdge()
const port = Number(new URL(edge.urls[0]!).port)

/** An edge in this process, whose workers can be killed. */
async function startMortalEdge() {
  const quick = quickSite(['--to', origin.url, '--listen', '127.0.0.1:0', '--admin', 'off', '--workers', String(WORKERS)])
  if (quick.kind !== 'run') throw new Error('the flags should stand for a site')
  const timing = { clock: systemClock, timers: systemTimers, random: systemRandom }
  const running = await startEdgeProcess({
    bootstrap: { ...quick.bootstrap, accessLog: 'off', drainTimeoutMs: 2_000 },
    ports: { ...timing, files: systemFiles, dial: systemDial, log, metrics },
    memoryBytes: systemMemoryBytes(),
    workerEntry: new URL('../../support/mortal-worker.ts', import.meta.url),
    ownView: () => ({ slab: createSlab(), series: [], ended: false }),
    build: 'test',
    explain: () => null,
    given: { revision: 1, site: quick.site, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS },
    controlToken: null,
    inherited: [],
    closeSocket: () => {},
    startSuccessor: () => {
      throw new Error('no successor is started here')
    },
  })
  t.teardown(() => running.close('asked'))
  return running
}

/** Which worker has the connection from each port, as the workers say it. */
const owners = new Map<number, number>()
const accepted = Array<number>(WORKERS).fill(0)
const channel = new BroadcastChannel('mortal-workers')
channel.onmessage = (message) => {
  const taken = (message as MessageEvent).data as { readonly worker: number; readonly port: number }
  owners.set(taken.port, taken.worker)
  accepted[taken.worker]! += 1
}
t.teardown(() => channel.close())

/** Keeps one connection, and knows the port it comes from. */
class OneConnection extends Agent {
  from = 0

  override createConnection(options: ClientRequestArgs, callback?: (cause: Error | null, stream: Socket) => void) {
    const socket = super.createConnection(options, callback as never) as Socket
    socket.once('connect', () => {
      this.from = socket.localPort as number
    })
    return socket
  }
}

t.test('one of three workers is killed: only its own connections break, and it comes back', async (t) => {
  const lanes = Array.from({ length: KEPT + 8 }, (_, index) => new OneConnection({ keepAlive: index < KEPT, maxSockets: 1 }))
  t.teardown(() => lanes.forEach((lane) => void lane.destroy()))
  const broken: number[] = []
  let answered = 0
  const read = async (lane: OneConnection, index: number) => {
    try {
      const { status, text } = await visit({ port }, `/page/${index % 20}`, { agent: lane })
      if (text !== 'page') throw new Error(`got ${text}`)
      answered += 1
      return status
    } catch (cause) {
      broken.push(lane.from)
      throw cause
    }
  }
  const more = (count: number) => {
    const wanted = answered + count
    return until(() => answered >= wanted, { what: `${count} more pages`, deadlineMs: 20_000 })
  }
  let victim = -1
  const killing = async () => {
    await more(2_000)
    t.same(broken, [])
    await until(() => owners.has(lanes[0]!.from), { what: 'the worker of the first reader' })
    victim = owners.get(lanes[0]!.from) as number
    const before = accepted[victim]!
    const killedMs = performance.now()
    channel.postMessage({ kill: victim })
    await until(() => metrics.value('weir_workers') === WORKERS - 1, { what: 'the worker to be gone' })
    await until(() => metrics.value('weir_workers') === WORKERS, { what: 'the worker to be back' })
    t.ok(performance.now() - killedMs < 3_000)
    await until(() => accepted[victim]! > before, { what: 'it to take connections again' })
    await more(2_000)
  }
  const work = killing()
  const reports = await Promise.all(lanes.map((lane) => runWhile(work, (index) => read(lane, index), 1)))

  t.same(new Set(reports.flatMap(({ statuses }) => Object.keys(statuses))), new Set(['200']))
  t.ok(broken.length > 0, 'its connections broke')
  // One that the system had taken, and no worker yet, went down with the socket it waited in.
  const others = broken.filter((from) => ![victim, undefined].includes(owners.get(from)))
  t.same(others, [], 'no connection of another worker did')
  t.equal(metrics.value('weir_worker_restarts_total'), 1)
  t.match(log.of('worker-ended'), [{ worker: victim, cause: 'Error: killed by a test' }])
})
