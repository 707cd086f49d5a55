// A worker thread: real ports, an edge, its listeners. It listens once its first configuration is in force, and obeys its supervisor.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads'
import { Abort } from './base/abort.ts'
import { asEdgeError } from './base/edge-error.ts'
import { SlabMetrics } from './base/metrics.ts'
import type { Ports } from './base/ports.ts'
import { systemBlobs } from './base/system/blobs.ts'
import { systemClock, systemRandom, systemTimers } from './base/system/clock.ts'
import { systemDial } from './base/system/dial.ts'
import { settleTexts } from './base/system/engine.ts'
import { systemFiles } from './base/system/files.ts'
import { openLog } from './base/system/log.ts'
import { systemVitals } from './base/system/vitals.ts'
import { Edge, type SiblingMessage } from './edge.ts'
import { Recorder } from './pipeline/recorder.ts'
import { Listeners } from './server/listeners.ts'
import type { FromWorker, ToWorker, WorkerSeed } from './server/worker-messages.ts'

settleTexts()
const seed = workerData as WorkerSeed
const { bootstrap } = seed
const tell = (message: FromWorker) => parentPort!.postMessage(message)

const metrics = new SlabMetrics(seed.slab, (series) => tell({ type: 'series', series }))
const base = { edge: bootstrap.edgeId, worker: seed.index }
const log = openLog('stderr', base, metrics)
const accessLog = openLog(bootstrap.accessLog, base, metrics, (cause) =>
  log.log.error({ event: 'access-log-failed', target: bootstrap.accessLog, cause: String(cause) }),
)
const ports: Ports = {
  clock: systemClock,
  timers: systemTimers,
  random: systemRandom,
  files: systemFiles,
  dial: systemDial,
  log: log.log,
  metrics,
}

const channel = new BroadcastChannel('weir-siblings')
const edge = new Edge({
  bootstrap,
  ports,
  accessLog: bootstrap.accessLog === 'off' ? null : accessLog.log,
  vitals: systemVitals(),
  cells: seed.cells,
  slots: seed.slots,
  index: seed.index,
  turns: seed.workers === 1 ? null : seed.turns,
  l1MaxBytes: Math.floor(bootstrap.l1MaxBytes / seed.workers),
  compressedMaxBytes: Math.floor(bootstrap.compressedMaxBytes / seed.workers),
  blobs: bootstrap.stateDir === 'off' ? null : systemBlobs(join(bootstrap.stateDir, 'static')),
  state: bootstrap.stateDir === 'off' ? null : systemBlobs(bootstrap.stateDir),
  purges: seed.purges,
  purgedHere: (orders, atMs) => tell({ type: 'purged-here', orders, atMs }),
  lease: seed.lease,
  cachePut: readFileSync(new URL('../lua/cache-put.lua', import.meta.url), 'utf8'),
  cacheRemove: readFileSync(new URL('../lua/cache-remove.lua', import.meta.url), 'utf8'),
  fillLease: readFileSync(new URL('../lua/fill-lease.lua', import.meta.url), 'utf8'),
  siblings: seed.workers === 1 ? null : { tell: (message) => channel.postMessage(message) },
})
channel.onmessage = (message) => edge.hear((message as MessageEvent).data as SiblingMessage)
channel.unref()

const listeners = new Listeners({
  bootstrap,
  clock: systemClock,
  timers: systemTimers,
  log: log.log,
  metrics,
  files: systemFiles,
  onRequest: (incoming, reply, wanted) => edge.serve(incoming, reply, wanted),
  onFault: (code) => edge.countFault(code),
  isTrusted: (address) => edge.isTrusted(address),
  pressure: edge.pressure,
})

let auditWanted: Abort | null = null
let told = seed.told

async function obey(message: ToWorker): Promise<void> {
  if (message.type === 'told') {
    // Messages come in their order, so what is new is beside the site that was told last.
    told = message.part === 'all' ? message.told : { ...told, ...message.told }
    return tell({ type: 'applied', ticket: message.ticket, problem: edge.apply(told, message.part) })
  }
  if (message.type === 'health') return edge.takeHealth(message.readings)
  if (message.type === 'read') return tell({ type: 'reading', ticket: message.ticket, reading: edge.reading() })
  if (message.type === 'pools') return tell({ type: 'pools-read', ticket: message.ticket, pools: edge.pools(message.pool) })
  if (message.type === 'mirrors') return tell({ type: 'mirrors-read', ticket: message.ticket, mirrors: edge.mirrors() })
  if (message.type === 'record') {
    edge.record((tools) => new Recorder(message.terms, seed.index, tools, (lines, dropped) => tell({ type: 'recorded', lines, dropped })))
    return tell({ type: 'record-began', ticket: message.ticket })
  }
  if (message.type === 'record-stop') {
    edge.record(null)
    return tell({ type: 'record-stopped', ticket: message.ticket })
  }
  if (message.type === 'purge') {
    edge.purge(message.purges)
    return tell({ type: 'purged', ticket: message.ticket })
  }
  if (message.type === 'audit') {
    auditWanted = new Abort()
    const report = await edge.audit(message.share, (progress) => tell({ type: 'auditing', progress }), auditWanted)
    return tell({ type: 'audited', ticket: message.ticket, report })
  }
  if (message.type === 'audit-stop') return auditWanted?.abort()
  if (message.type === 'reload') return listeners.reload()
  if (message.type === 'keep-memory') {
    await edge.keepMemory()
    return tell({ type: 'memory-kept', ticket: message.ticket })
  }
  if (message.type === 'ticket-keys') return listeners.setTicketKeys(message.keys)
  auditWanted?.abort()
  await listeners.drain(message.deadlineMs)
  await edge.close()
  log.flush()
  accessLog.flush()
  tell({ type: 'drained' })
}

async function begin(): Promise<void> {
  const problem = edge.apply(seed.told, 'all')
  edge.takeHealth(seed.health)
  if (problem !== null) return tell({ type: 'failed', code: 'CONFIG_INVALID', detail: problem, listen: null, file: null })
  if (seed.memory !== null) edge.takeMemory(new Uint8Array(seed.memory))
  try {
    listeners.setTicketKeys(seed.ticketKeys)
    tell({ type: 'listening', bound: await listeners.listen(seed.places) })
  } catch (thrown) {
    const { code, detail, cause, message } = asEdgeError(thrown)
    const listen = detail.listen === undefined ? null : String(detail.listen)
    const file = detail.file === undefined ? null : String(detail.file)
    tell({ type: 'failed', code, detail: String(detail.reason ?? cause ?? message), listen, file })
  }
}

parentPort!.on('message', (message: ToWorker) => {
  obey(message).catch((cause: unknown) => log.log.error({ event: 'worker-message-failed', message: message.type, cause: String(cause) }))
})
await begin()
