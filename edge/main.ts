// The process of an edge: `weir edge` and `weir proxy`. Reads the words it was started with, builds the real ports, and turns signals
// into an orderly end. Everything that can go wrong at the start is one sentence and an exit code.

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EdgeError } from './base/edge-error.ts'
import { createSlab, type Series, SlabMetrics } from './base/metrics.ts'
import type { Ports } from './base/ports.ts'
import { systemClock, systemRandom, systemTimers } from './base/system/clock.ts'
import { systemDial } from './base/system/dial.ts'
import { systemFiles } from './base/system/files.ts'
import { openLog } from './base/system/log.ts'
import type { Told } from './config/compile.ts'
import { QUICK_USAGE, quickSite } from './config/quick-site.ts'
import type { EdgeBootstrap } from './contract/bootstrap.ts'
import type { Problem } from './contract/problem.ts'
import { EMPTY_ENDPOINTS } from './contract/publication.ts'
import { formatProblem, readBootstrap } from './contract/read-site.ts'
import { EMPTY_SWITCHBOARD } from './contract/switchboard.ts'
import { explain } from './explain.ts'
import { startEdgeProcess } from './server/edge-process.ts'

const EDGE_USAGE = `weir edge --config FILE: an edge as its bootstrap file says

  --config FILE  the bootstrap: where to listen, Redis, the control plane or a site file
                 (conf/examples/edge.yaml; every field is in docs/configuration.md)

SIGTERM drains and ends it; SIGHUP reads its site file again.
`
const BUILD = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version

/** Runs `weir edge …` or `weir proxy …`. @param argv verb first @returns the exit code; while the edge serves, not yet */
export async function main(argv: readonly string[]): Promise<number> {
  const [verb, ...args] = argv
  return verb === 'proxy' ? proxy(args) : edge(args)
}

function proxy(args: readonly string[]): Promise<number> | number {
  const quick = quickSite(args)
  if (quick.kind === 'help') return say(QUICK_USAGE, 0)
  if (quick.kind === 'wrong') return complain(`${quick.problems.join('\n')}\nSee weir proxy --help.`, 2)
  if (quick.kind === 'print') return say(`${JSON.stringify(quick.site, null, 2)}\n`, 0)
  // Several quick edges may stand behind one another; with one name for all, the second would take the first for itself (RFC 8586).
  const bootstrap = { ...quick.bootstrap, edgeId: `weir-${systemRandom.hex(3)}` }
  return run(bootstrap, { revision: 1, site: quick.site, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS })
}

function edge(args: readonly string[]): Promise<number> | number {
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
  return run(site === undefined ? rest : { ...rest, site: resolve(dirname(file), site) }, null)
}

async function run(bootstrap: EdgeBootstrap, given: Told | null): Promise<number> {
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
  try {
    const running = await startEdgeProcess({
      bootstrap,
      ports,
      workerEntry: new URL('./worker.ts', import.meta.url),
      ownView: () => ({ slab, series, ended: false }),
      build: BUILD,
      explain: (told, query) =>
        explain(
          told,
          { method: query.get('method') ?? 'GET', url: query.get('url') ?? '/', headers: {}, address: query.get('address') ?? '127.0.0.1' },
          systemClock.wallMs(),
        ),
      given,
      controlToken: controlToken(bootstrap),
    })
    process.stdout.write(`weir: listening on ${running.url}\n`)
    if (running.adminUrl !== null) process.stdout.write(`weir: admin on ${running.adminUrl}\n`)
    process.on('SIGHUP', () => {
      running.reload().catch((cause: unknown) => sink.log.error({ event: 'reload-failed', cause: String(cause) }))
    })
    await ended()
    await running.close()
    sink.flush()
    return 0
  } catch (thrown) {
    sink.flush()
    // What was opened before the fault (admin port, control stream, other workers) would keep the process alive after its sentence.
    process.exit(complain(startFault(thrown), 1))
  }
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

// A second signal ends at once: whoever sends it does not want to wait for the drain.
function ended(): Promise<void> {
  return new Promise((resolvePromise) => {
    let signals = 0
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        signals += 1
        if (signals > 1) process.exit(1)
        resolvePromise()
      })
    }
    // Started by another program (`weir up`) with a channel to it: when that program is gone, nobody is left to end this one.
    process.once('disconnect', resolvePromise)
    process.channel?.unref()
  })
}

/** Why an edge could not start, and what to do. */
function startFault(thrown: unknown): string {
  if (!(thrown instanceof EdgeError)) return `The edge could not start: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  const { code, detail } = thrown
  if (code === 'LISTEN_FAILED') {
    const reason = String(detail.reason ?? detail.detail ?? '')
    const what =
      reason === 'EADDRINUSE'
        ? 'is taken by another process'
        : reason === 'EACCES'
          ? 'may not be used by this user'
          : `cannot be listened on (${reason})`
    return `${String(detail.listen ?? 'The address')} ${what}. Choose another with --listen or in the bootstrap file, or end the process that has it.`
  }
  if (Array.isArray(detail.problems)) {
    return [
      `${String(detail.file)} is not a valid site:`,
      ...(detail.problems as Problem[]).map((problem) => formatProblem(String(detail.file), problem)),
    ].join('\n')
  }
  return `The edge could not start: ${String(detail.reason ?? detail.detail ?? thrown.message)}${detail.file === undefined ? '' : ` (${String(detail.file)})`}`
}

function say(text: string, code: number): number {
  process.stdout.write(text)
  return code
}

function complain(text: string, code: number): number {
  process.stderr.write(`weir: ${text}\n`)
  return code
}
