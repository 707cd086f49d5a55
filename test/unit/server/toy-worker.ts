import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Ports } from '../../../edge/base/ports.ts'
import { systemDial } from '../../../edge/base/system/dial.ts'
import { systemFiles } from '../../../edge/base/system/files.ts'
import type { Told } from '../../../edge/config/compile.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import type { Scope } from '../../support/scope.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { tempDir } from '../../support/temp-dir.ts'

// A worker that serves nobody and does what it is told: `told.revision` says what, so that no part of the real edge is needed.
const SOURCE = `
import { parentPort, resourceLimits, workerData } from 'node:worker_threads'
const { index, places, told, slab, ticketKeys, health } = workerData
let revision = told.revision
const say = (message) => parentPort.postMessage(message)
if (revision === 666) throw new Error('ends while it starts')
if (revision === 404) { setInterval(() => {}, 1000); say({ type: 'failed', code: 'LISTEN_FAILED', detail: 'EADDRINUSE', listen: '127.0.0.1:0', file: null }) }
else {
  say({ type: 'series', series: { name: 'weir_connections', labels: [], slot: 20 } })
  say({ type: 'series', series: { name: 'weir_background_failures_total', labels: ['toy'], slot: 21 } })
  say({ type: 'series', series: { name: 'weir_pressure', labels: [], slot: 24 } })
  new Float64Array(slab)[20] = 1
  new Float64Array(slab)[24] = index + 1
  new Float64Array(slab)[21] += 1
  new Float64Array(slab)[25] = resourceLimits.maxOldGenerationSizeMb
  keep(ticketKeys)
  new Float64Array(slab)[26] = health.length
  say({ type: 'listening', bound: places.map(({ listener, port, fd }) => ({ listener, port: port ?? 4321 + listener, fd: fd ?? 100 * (index + 1) + listener })) })
}
function keep(keys) {
  new Float64Array(slab)[23] = keys.reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, keys.length)
}
// A little at a time, as a leak does.
function fill(kept = []) {
  for (let i = 0; i < 10_000; i += 1) kept.push({ i })
  setImmediate(fill, kept)
}
parentPort.on('message', (message) => {
  if (message.type === 'drain') return message.deadlineMs === 13 ? undefined : say({ type: 'drained' })
  if (message.type === 'reload') return (new Float64Array(slab)[22] += 1)
  if (message.type === 'health') return (new Float64Array(slab)[26] += message.readings.length)
  if (message.type === 'ticket-keys') return keep(message.keys)
  if (message.type === 'read')
    return revision === 7 ? undefined : say({ type: 'reading', ticket: message.ticket, reading: { inFlight: index + 1, requests: 10, lookups: 4, hits: index * 4, redis: index === 1 ? 'down' : 'up', pressure: 3 - index, hotKeys: [{ key: 'k', ratePerS: index + 1 }], troubles: [{ kind: 'ejected', pool: 'shop', peer: 'a:1', cause: 'x', untilMs: index }], groups: [{ route: 'r', group: 'g', requests: 2, failures: index, times: [index, 1] }], mirrors: [{ route: 'r', pool: 'next', inFlight: 0, outcomes: { same: index + 1 }, differences: {}, examples: [] }] } })
  if (message.type === 'purge') return revision === 7 ? undefined : say({ type: 'purged', ticket: message.ticket })
  revision = message.told.revision
  if (revision === 500) throw new Error('boom')
  if (revision === 7) return
  if (revision === 137) return fill()
  say({ type: 'applied', ticket: message.ticket, problem: revision === 400 ? 'cannot be compiled: worker ' + index + ' from ' + message.part : null })
})
`

/** The module of the toy worker. @param crashesAt the revision at which it breaks; there is one in `TELL` */
export function toyWorker(t: Scope, { crashesAt = 500 } = {}): URL {
  const path = join(tempDir(t), 'toy-worker.mjs')
  writeFileSync(path, SOURCE.replace('revision === 500', `revision === ${crashesAt}`))
  return pathToFileURL(path)
}

/** What a toy worker has noted in its slab. */
export interface ToyNotes {
  /** How often it was told to reload. */
  readonly reloads: number
  /** A digest of its ticket keys. */
  readonly keys: number
  /** What its heap may grow to. */
  readonly heapMib: number
  /** Of how many peers it heard how they are. */
  readonly health: number
}

/** What a toy worker has noted in its slab. */
export function notesOf(slab: SharedArrayBuffer): ToyNotes {
  const slots = new Float64Array(slab)
  return { reloads: slots[22]!, keys: slots[23]!, heapMib: slots[25]!, health: slots[26]! }
}

/** What a toy worker does with a revision. */
export const TELL = {
  ok: 1,
  later: 2,
  silent: 7,
  failsToListen: 404,
  refuses: 400,
  crashes: 500,
  fillsItsHeap: 137,
  crashesAtStart: 666,
} as const

/** Something to tell the toy worker. */
export const toldOf = (revision: number): Told => ({ revision }) as Told

/** Ports under the hand of the test. */
export function testPorts() {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const metrics = new RecordingMetrics()
  const ports: Ports = { clock, timers: clock, random: new SeededRandom(), log, metrics, files: systemFiles, dial: systemDial }
  return { clock, log, metrics, ports }
}
