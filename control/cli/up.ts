// `weir up`: control plane, edge and demo on one machine. The control plane runs in this process; edge and origins are children of it.

import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { UpBootstrap } from '../../edge/contract/bootstrap.ts'
import { readBootstrap } from '../../edge/contract/read-site.ts'
import { type Control, startControl } from '../control.ts'
import { EXIT, refusal } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { controlPorts } from './control-ports.ts'
import { demoTries, siteTries } from './five-things.ts'
import { refuseArgs } from './flags.ts'
import { type ChildRecipe, KeptChild } from './kept-child.ts'
import { readNamedFile, readSiteFile } from './named-file.ts'
import { connectFault, listenFault } from './preflight.ts'
import { counted, problemLines } from './report.ts'
import { startFault } from './start-fault.ts'
import { edgeBootstrapText, planUp, type UpPlan } from './up-plan.ts'
import { ownClient, publishIfChanged, tellIfOther, untilServing } from './up-site.ts'

const WEIR = fileURLToPath(new URL('../../bin/weir.js', import.meta.url))
const ORIGINS = fileURLToPath(new URL('../../demo/origin.ts', import.meta.url))
const EDGE_READY = /^weir: listening on (\S+)/
const ORIGINS_READY = /^demo: origins on /
/** How long the edge may take to end beside the time it gives its requests. */
const STOP_SLACK_MS = 3_000
const OWNER_ONLY = 0o600

/** The command `up`. */
export const up: Command = {
  name: 'up',
  summary: 'run an edge, its control plane and a demo shop on this machine',
  usage: ['up [--config FILE] [--site FILE]'],
  flags: {
    config: { value: 'FILE', help: 'what to start (conf/weir.yaml)' },
    site: { value: 'FILE', help: 'serve this site instead of the demo; published again when it has changed' },
  },
  examples: ['up', 'up --site site.yaml'],
  async run(call) {
    refuseArgs('up', call.args)
    // From here on a signal ends what runs in order, and what is starting once it has started.
    const stopped = call.untilStopped()
    const configPath = call.flags.text('config') ?? 'conf/weir.yaml'
    const plan = planUp({ bootstrap: await readUp(call, configPath), configPath, siteFlag: call.flags.text('site') })
    if (!plan) throw refusal(`${configPath} names no site: set control.site, or give --site FILE`)
    await readSiteFile(call, plan.site)
    await preflight(call, plan, configPath)
    return runAll(call, plan, configPath, stopped)
  },
}

async function readUp(call: Call, file: string): Promise<UpBootstrap> {
  const reading = readBootstrap('up', await readNamedFile(call, file))
  if (reading.ok) return reading.bootstrap
  for (const line of problemLines(file, reading.problems)) call.terminal.err(line)
  throw refusal(`${file} has ${counted(reading.problems.length, 'problem')}; nothing was started`, reading.problems)
}

async function preflight(call: Call, plan: UpPlan, configPath: string): Promise<void> {
  const { edge, control, demoPorts } = plan
  if (control.listen.startsWith('unix:')) throw refusal(`control.listen in ${configPath} must be host:port, so that the edge can reach it`)
  const places: [member: string, address: string][] = [
    ['edge.listen', edge.listen],
    ['edge.admin', edge.admin],
    ['control.listen', control.listen],
    ...(demoPorts ?? []).map((port, index): [string, string] => [`demoPorts[${index}]`, `127.0.0.1:${port}`]),
  ]
  for (const [member, address] of places) {
    const fault = address === 'off' ? null : await listenFault(address)
    if (fault) throw refusal(`${address} ${fault}; free it, or set ${member} in ${configPath} to another port`)
  }
  const services = [
    ['Redis', 'edge.redis', edge.redis?.url],
    ['Redis', 'control.changes', plan.control.changes?.url],
    ['Consul', 'control.consul', control.consul?.url],
  ] as const
  for (const [name, member, url] of services) {
    const fault = url === undefined ? null : await connectFault(url, call.timers)
    if (fault)
      throw refusal(`${name} at ${withoutSecret(url!)} does not answer: ${fault}; start it, or take ${member} out of ${configPath}`)
  }
}

async function runAll(call: Call, plan: UpPlan, configPath: string, stopped: Promise<string>): Promise<number> {
  const running: Running = { children: [], stops: [] }
  try {
    await startAll(call, plan, configPath, running)
    await stopped
    call.terminal.out('weir: stopping')
    return EXIT.done
  } finally {
    // A Ctrl-C reaches the children too; one that is gone by now is not to be started again.
    for (const child of running.children) child.letGo()
    // Last started, first ended: the edge finishes its requests while origins and control plane still answer.
    for (const stop of running.stops.reverse()) await stop()
  }
}

/** What was started so far, and how each part of it is ended. */
interface Running {
  readonly children: KeptChild[]
  readonly stops: (() => Promise<void>)[]
}

async function startChild(call: Call, running: Running, recipe: ChildRecipe, graceMs: number): Promise<RegExpExecArray> {
  const { child, match } = await KeptChild.start(recipe, call)
  running.children.push(child)
  running.stops.push(() => child.stop(graceMs))
  return match
}

async function startAll(call: Call, plan: UpPlan, configPath: string, running: Running): Promise<void> {
  const control = await startOwnControl(plan, configPath, running)
  const client = await ownClient(call, control, plan.control.stateDir)
  const siteFlag = call.flags.text('site')
  if (siteFlag !== undefined) await publishIfChanged(call, client, siteFlag)
  const demo = plan.demoPorts !== null && (siteFlag !== undefined || (await tellIfOther(call, client, plan.site)))
  if (plan.demoPorts) {
    const recipe = { name: 'demo', args: [ORIGINS, ...plan.demoPorts.map(String)], ready: ORIGINS_READY, log: call.terminal.err }
    await startChild(call, running, recipe, STOP_SLACK_MS)
  }
  const url = await startEdge(call, plan, control, running)
  if (!(await untilServing(call, client)))
    call.terminal.err(`weir: the edge does not serve the newest revision yet; see \`npx weir edges\``)
  call.terminal.out(`weir: listening on ${url}`)
  call.terminal.out(`weir: control plane and console on ${control.url}`)
  tellWhatToTry(call, plan, demo ? demoTries(url) : siteTries(url, plan.site))
}

async function startOwnControl(plan: UpPlan, configPath: string, running: Running): Promise<Control> {
  const { ports, flushLog } = controlPorts(plan.files.controlLog)
  const control = await startControl(plan.control, ports).catch((cause: unknown) => {
    throw startFault(cause, { file: configPath, member: 'control.listen' })
  })
  running.stops.push(async () => {
    await control.close()
    flushLog()
  })
  return control
}

async function startEdge(call: Call, plan: UpPlan, control: Control, running: Running): Promise<string> {
  const { edgeBootstrap, edgeToken, edgeLog } = plan.files
  await call.files.writeAtomic(edgeToken, `${control.edgeToken}\n`, OWNER_ONLY)
  await call.files.writeAtomic(edgeBootstrap, edgeBootstrapText(plan, control.url), OWNER_ONLY)
  const log = (line: string) => (line.startsWith('{') ? appendFileSync(edgeLog, `${line}\n`) : call.terminal.err(line))
  const recipe = { name: 'edge', args: [WEIR, 'edge', '--config', edgeBootstrap], ready: EDGE_READY, log }
  const [, url] = await startChild(call, running, recipe, plan.edge.drainTimeoutMs + STOP_SLACK_MS)
  return url!
}

function tellWhatToTry(call: Call, plan: UpPlan, tries: readonly string[]): void {
  call.terminal.out('weir: the console asks for the token in .weir/credentials.json')
  if (plan.edge.accessLog !== 'off') call.terminal.out(`weir: each request is a line in ${plan.edge.accessLog}`)
  for (const line of ['', 'Five things to try:', ...tries, '', 'Ctrl-C ends everything.']) call.terminal.out(line)
}

function withoutSecret(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
