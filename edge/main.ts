// The process of an edge: `weir edge` and `weir proxy`. Reads the words it was started with, builds the real ports, and turns signals
// into a reload, a handover to a successor, or an orderly end. Everything that can go wrong at the start is one sentence and an exit code.

import { closeSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EdgeError } from './base/edge-error.ts'
import type { OpenEndpointWatch } from './base/endpoint-watch.ts'
import { createSlab, type Series, SlabMetrics } from './base/metrics.ts'
import type { Log, Ports } from './base/ports.ts'
import { systemBlobs } from './base/system/blobs.ts'
import { systemClock, systemRandom, systemTimers } from './base/system/clock.ts'
import { systemDial } from './base/system/dial.ts'
import { tuneEngine } from './base/system/engine.ts'
import { systemFiles } from './base/system/files.ts'
import { openLog } from './base/system/log.ts'
import { systemMemoryBytes } from './base/system/machine.ts'
import { READY_VARIABLE, sayServing, startSuccessor } from './base/system/successor.ts'
import type { Told } from './config/compile.ts'
import { QUICK_USAGE, quickSite } from './config/quick-site.ts'
import type { EdgeBootstrap } from './contract/bootstrap.ts'
import { EMPTY_ENDPOINTS } from './contract/publication.ts'
import { formatProblem, readBootstrap } from './contract/read-site.ts'
import { EMPTY_SWITCHBOARD } from './contract/switchboard.ts'
import { explain } from './explain.ts'
import { type EdgeProcess, type EndReason, startEdgeProcess } from './server/edge-process.ts'
import { inheritedSockets } from './server/inherited-sockets.ts'
import { lostFault, startFault } from './server/start-fault.ts'

const EDGE_USAGE = `weir edge --config FILE: an edge as its bootstrap file says

  --config FILE  the bootstrap: where to listen, Redis, the control plane or a site file
                 (conf/examples/edge.yaml; every field is in docs/configuration.md)

SIGTERM drains and ends it; SIGHUP reads its site file and certificates again;
SIGUSR2 starts it anew with the same sockets and ends this one when the new one serves.
`
const BUILD = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
/** How long a successor may take until it serves. */
const SUCCESSOR_DEADLINE_MS = 60_000

/**
 * Runs `weir edge …` or `weir proxy …`.
 * @param argv verb first
 * @param openDiscovery for an edge that asks for peers itself
 * @returns the exit code; while the edge serves, not yet
 */
export async function main(argv: readonly string[], openDiscovery: OpenEndpointWatch): Promise<number> {
  tuneEngine()
  const [verb, ...args] = argv
  return verb === 'proxy' ? proxy(args, openDiscovery) : edge(args, openDiscovery)
}

function proxy(args: readonly string[], openDiscovery: OpenEndpointWatch): Promise<number> | number {
  const quick = quickSite(args)
  if (quick.kind === 'help') return say(QUICK_USAGE, 0)
  if (quick.kind === 'wrong') return complain(`${quick.problems.join('\n')}\nSee weir proxy --help.`, 2)
  if (quick.kind === 'print') return say(`${JSON.stringify(quick.site, null, 2)}\n`, 0)
  // Several quick edges may stand behind one another; with one name for all, the second would take the first for itself (RFC 8586).
  const bootstrap = { ...quick.bootstrap, edgeId: `weir-${systemRandom.hex(3)}` }
  return run(bootstrap, { revision: 1, site: quick.site, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS }, openDiscovery)
}

function edge(args: readonly string[], openDiscovery: OpenEndpointWatch): Promise<number> | number {
  let flags: { config?: string; help?: boolean }
  try {
    flags = parseArgs({ args: [...args], options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values
  } catch (cause) {
    return complain(`${cause instanceof Error ? cause.message : String(cause)}\nSee weir edge --help.`, 2)
  }
  if (flags.help) return say(EDGE_USAGE, 0)
  if (flags.config === undefined)
    return complain('--config FILE is missing: name the bootstrap file of the edge, such as conf/examples/edge.yaml.', 2)
  const file = flags.config
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    return complain(
      missing
        ? `there is no file ${file}. Name the bootstrap file of the edge, such as conf/examples/edge.yaml.`
        : `${file} cannot be read: ${String((cause as Error).message)}`,
      1,
    )
  }
  const reading = readBootstrap('edge', text)
  if (!reading.ok) return complain(reading.problems.map((problem) => formatProblem(file, problem)).join('\n'), 1)
  // Files named in a file are named from where it stands.
  const { site, ...rest } = reading.bootstrap
  return run(site === undefined ? rest : { ...rest, site: resolve(dirname(file), site) }, null, openDiscovery)
}

async function run(bootstrap: EdgeBootstrap, given: Told | null, openDiscovery: OpenEndpointWatch): Promise<number> {
  const slab = createSlab()
  const series: Series[] = []
  const metrics = new SlabMetrics(slab, (one) => series.push(one))
  const sink = openLog('stderr', { edge: bootstrap.edgeId }, metrics)
  const ports: Ports = {
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    files: systemFiles,
    dial: systemDial,
    log: sink.log,
    metrics,
  }
  const environment = takeEnvironment()
  untilServing(sink.log)
  try {
    const running = await startEdgeProcess({
      bootstrap,
      ports,
      memoryBytes: systemMemoryBytes(),
      workerEntry: new URL('./worker.ts', import.meta.url),
      ownView: () => ({ slab, series, ended: false }),
      build: BUILD,
      explain: explainQuery,
      given,
      blobs: bootstrap.stateDir === 'off' ? null : systemBlobs(bootstrap.stateDir),
      controlToken: controlToken(bootstrap),
      inherited: inheritedSockets(environment, process.pid),
      closeSocket: closeSync,
      openDiscovery,
      startSuccessor: (descriptors, more) => startSuccessor(successorRecipe(), descriptors, more, systemTimers),
    })
    // Whoever reads the line may send a signal at once.
    const untilEnding = untilEnd(running, sink.log)
    process.stdout.write(`weir: listening on ${running.urls.join(' ')}\n`)
    if (running.adminUrl !== null) process.stdout.write(`weir: admin on ${running.adminUrl}\n`)
    tellPredecessor(environment[READY_VARIABLE], sink.log)
    const ending = await untilEnding
    await running.close(ending.why)
    sink.flush()
    return ending.why === 'lost' ? complain(ending.sentence, 1) : 0
  } catch (thrown) {
    sink.flush()
    // What was opened before the fault (admin port, control stream, other workers) would keep the process alive after its sentence.
    process.exit(complain(startFault(thrown), 1))
  }
}

function explainQuery(told: Told, query: URLSearchParams): unknown {
  const method = query.get('method') ?? 'GET'
  const address = query.get('address') ?? '127.0.0.1'
  return explain(told, { method, url: query.get('url') ?? '/', headers: {}, address }, systemClock.wallMs())
}

// By default these two signals end a process, and whoever sends them to one that is just starting does not mean that.
function untilServing(log: Log): void {
  for (const signal of ['SIGHUP', 'SIGUSR2'] as const)
    process.on(signal, () => log.warn({ event: 'signal-too-early', signal, message: 'this edge does not serve yet' }))
}

// What was meant for this process must not reach those that it starts.
function takeEnvironment(): Readonly<Record<string, string | undefined>> {
  const taken: Record<string, string | undefined> = {}
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', READY_VARIABLE]) {
    taken[name] = process.env[name]
    delete process.env[name]
  }
  return taken
}

function tellPredecessor(descriptor: string | undefined, log: Log): void {
  if (descriptor === undefined) return
  try {
    sayServing(Number(descriptor))
  } catch (cause) {
    // It ended while this one started. All the more are its sockets to be served.
    log.warn({ event: 'predecessor-gone', cause: String(cause) })
  }
}

function successorRecipe() {
  const args = [...process.execArgv, ...process.argv.slice(1)]
  return { command: process.execPath, args, environment: process.env, deadlineMs: SUCCESSOR_DEADLINE_MS }
}

function controlToken(bootstrap: EdgeBootstrap): string | null {
  const { control } = bootstrap
  if (control === undefined) return null
  if (control.tokenFile === undefined) return control.token ?? null
  try {
    return readFileSync(control.tokenFile, 'utf8').trim()
  } catch (cause) {
    throw new EdgeError('CONFIG_UNREADABLE', { file: control.tokenFile }, cause)
  }
}

type Ending = { readonly why: Exclude<EndReason, 'lost'> } | { readonly why: 'lost'; readonly sentence: string }

function untilEnd(running: EdgeProcess, log: Log): Promise<Ending> {
  return new Promise((resolvePromise, reject) => {
    const failed = (event: string) => (cause: unknown) => log.error({ event, cause: String(cause) })
    for (const signal of ['SIGHUP', 'SIGUSR2']) process.removeAllListeners(signal)
    process.on('SIGHUP', () => running.reload().catch(failed('reload-failed')))
    process.on('SIGUSR2', () => {
      const reason = whyNoSuccessor()
      if (reason !== null) return log.error({ event: 'upgrade-refused', reason })
      running.upgrade().then((serves) => serves && resolvePromise({ why: 'replaced' }), failed('upgrade-failed'))
    })
    let signals = 0
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        signals += 1
        // Whoever sends a second one, whichever, does not want to wait for the drain.
        if (signals > 1) process.exit(1)
        resolvePromise({ why: 'asked' })
      })
    }
    // Started by another program (`weir up`) with a channel to it: when that program is gone, nobody is left to end this one.
    process.once('disconnect', () => resolvePromise({ why: 'asked' }))
    process.channel?.unref()
    running.lost.then((fault) => resolvePromise({ why: 'lost', sentence: lostFault(fault) }), reject)
  })
}

// Where another program waits for the end of this very process, a successor would be taken for an edge that died.
function whyNoSuccessor(): string | null {
  if (process.pid === 1) return 'this is the first process of its container, which ends with it: start another container'
  if (process.channel !== undefined) return 'another program started this edge and keeps it running: restart it there'
  return null
}

function say(text: string, code: number): number {
  process.stdout.write(text)
  return code
}

function complain(text: string, code: number): number {
  process.stderr.write(`weir: ${text}\n`)
  return code
}
