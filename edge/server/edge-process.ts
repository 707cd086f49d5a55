// An edge process as its supervisor thread sees it: configuration comes in (last good, file, flags, control plane), workers serve,
// the admin port answers, sockets go on to a successor, and at the end everything is drained in order.

import { createBackground } from '../base/background.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { OpenEndpointWatch } from '../base/endpoint-watch.ts'
import type { SlabView } from '../base/exposition.ts'
import type { Blobs, Ports } from '../base/ports.ts'
import { systemCores } from '../base/system/machine.ts'
import { allocateLease, PurgeLease } from '../cache/purge-lease.ts'
import { NO_PURGES } from '../cache/purge-table.ts'
import type { Told } from '../config/compile.ts'
import { withCookieKeys } from '../config/compile-sticky.ts'
import { ControlSource, type Followers } from '../config/control-source.ts'
import { FileSource } from '../config/file-source.ts'
import { LastGood } from '../config/last-good.ts'
import { Loader } from '../config/loader.ts'
import { LocalDiscovery } from '../config/local-discovery.ts'
import { tryCompile } from '../config/try-compile.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import { Admin } from './admin.ts'
import { AuditDesk } from './audit-desk.ts'
import { noticeBacklog } from './backlog-notice.ts'
import { beatReading } from './beat-reading.ts'
import { FirstTold, gatherFirst } from './first-told.ts'
import { HandOver, type StartSuccessor } from './hand-over.ts'
import { HealthDesk } from './health-desk.ts'
import type { InheritedSocket } from './inherited-sockets.ts'
import { adminSocketName, listenTexts, listenUrl, socketNames } from './listen-address.ts'
import { type FoundPorts, ListenPlan } from './listen-plan.ts'
import { dropKeptMemory, takeKeptMemory } from './memory-file.ts'
import { portIsFree } from './port-is-free.ts'
import { RecordDesk } from './record-desk.ts'
import { Supervisor } from './supervisor.ts'

/** How long the start waits to hear what was purged meanwhile. */
const CATCH_UP_MS = 3_000

/** What an edge process is built from. */
export interface EdgeProcessParts {
  readonly bootstrap: EdgeBootstrap
  readonly ports: Ports
  /** What the whole process may use. */
  readonly memoryBytes: number
  /** The module that a worker thread runs. */
  readonly workerEntry: URL
  /** The metrics of this thread. */
  readonly ownView: () => SlabView
  readonly build: string
  /** What would be decided about a request, for the admin port. */
  readonly explain: (told: Told, query: URLSearchParams) => unknown
  /** A site that came with the flags; no file or control plane is asked then. */
  readonly given: Told | null
  /** The state folder; null where nothing is kept. */
  readonly blobs: Blobs | null
  /** The token for the control plane, read from its file if it is in one. */
  readonly controlToken: string | null
  /** Listening sockets that this process was started with. */
  readonly inherited: readonly InheritedSocket[]
  /** Closes one that nobody listens on. */
  readonly closeSocket: (fd: number) => void
  readonly startSuccessor: StartSuccessor
  /** Opens discovery for an edge that asks by itself. */
  readonly openDiscovery: OpenEndpointWatch
}

/** Why a process ends: somebody asked it to, a successor serves on its sockets, or a socket of its own is gone. */
export type EndReason = 'asked' | 'replaced' | 'lost'

/** An edge process that serves. */
export interface EdgeProcess {
  /** Where it takes requests, in the order of its listeners. */
  readonly urls: readonly string[]
  readonly adminUrl: string | null
  /** Resolves when it cannot go on: a socket is gone that only a new process can have again. */
  readonly lost: Promise<EdgeError>
  /** Reads the site file and certificates again. */
  reload(): Promise<void>
  /** Starts a successor with the same sockets. @returns whether it serves; then this process is to be closed as replaced */
  upgrade(): Promise<boolean>
  /** Drains and ends. */
  close(why: EndReason): Promise<void>
}

/** Starts an edge process; it serves when this resolves. @throws EdgeError LISTEN_FAILED, CONFIG_INVALID, CONFIG_UNREADABLE */
export async function startEdgeProcess(parts: EdgeProcessParts): Promise<EdgeProcess> {
  const { bootstrap } = parts
  const wanted = bootstrap.workers === 0 ? systemCores() : bootstrap.workers
  const plan = new ListenPlan(bootstrap, parts.inherited, wanted)
  if (bootstrap.portSharing === 'refuse') for (const address of plan.opened) await portIsFree(address)
  const held = assemble(parts, plan)
  notice(parts, plan, wanted)
  try {
    return await serve(held, parts)
  } catch (fault) {
    // Whatever stands already must not keep a process alive that cannot serve. Workers that stand may have taken requests by then,
    // from a socket that a predecessor handed over.
    await end(held, bootstrap.drainTimeoutMs)
    throw fault
  }
}

interface Assembled {
  readonly plan: ListenPlan
  readonly supervisor: Supervisor
  readonly lost: Promise<EdgeError>
  readonly loader: Loader
  readonly first: FirstTold
  readonly lastGood: LastGood | null
  readonly file: FileSource | null
  readonly control: ControlSource | null
  readonly audits: AuditDesk
  readonly records: RecordDesk
  readonly health: HealthDesk
  readonly discovery: LocalDiscovery | null
  readonly admin: Admin | null
}

function assemble(parts: EdgeProcessParts, plan: ListenPlan): Assembled {
  const { bootstrap, ports, memoryBytes } = parts
  const { promise: lost, resolve } = Promise.withResolvers<EdgeError>()
  const lease = allocateLease()
  const supervisor = new Supervisor({
    entry: parts.workerEntry,
    bootstrap: withCookieKeys(bootstrap, ports.random),
    plan,
    ports,
    memoryBytes,
    purges: NO_PURGES,
    health: () => health.readings(),
    lease,
    purgedHere: (orders) => control?.order(orders),
    lost: resolve,
  })
  const health = new HealthDesk(ports, (readings) => supervisor.health(readings))
  const lastGood = bootstrap.stateDir === 'off' || parts.given !== null ? null : new LastGood(bootstrap.stateDir, ports.files, ports.log)
  const first = new FirstTold()
  const loader = new Loader(
    {
      tryCompile: (told) => tryCompile(told, ports.random),
      apply: async (told, part) => {
        const problem = await (first.reached ? supervisor.tell(told, part) : first.reach(told))
        if (problem === null && part !== 'switches') health.follow(told)
        return problem
      },
      keep: (told) => void lastGood?.keep(told),
    },
    ports,
  )
  const file = bootstrap.site === undefined || parts.given !== null ? null : new FileSource(bootstrap.site, loader, ports)
  const control = controlOf(parts, { loader, purges: supervisor, lease: new PurgeLease(lease), reading: () => beatReading(supervisor) })
  const audits = new AuditDesk(bootstrap.audit, () => supervisor.workers, ports)
  const records = new RecordDesk(bootstrap.edgeId, () => supervisor.workers, ports)
  const adminParts = { ports, loader, supervisor, audits, health, records, control, ownView: parts.ownView, explain: parts.explain }
  const admin = bootstrap.admin === 'off' ? null : new Admin(adminParts)
  const discovery = discoveryOf(parts, loader, control)
  return { plan, supervisor, lost, loader, first, lastGood, file, control, audits, records, health, discovery, admin }
}

async function serve(held: Assembled, parts: EdgeProcessParts): Promise<EdgeProcess> {
  const { supervisor, loader, first, file, control, admin } = held
  const { bootstrap, ports, given } = parts
  let adminUrl = (await anotherAnswers(held, bootstrap)) ? null : await openAdmin(held, bootstrap)
  await gatherFirst({ ...held, given }, ports)
  const told = await first.wait()
  held.health.follow(told)
  if (control !== null && !(await caughtUp(control, ports.timers))) supervisor.doubtKept()
  const found = await supervisor.start(told, await takeKeptMemory(parts.blobs, bootstrap.l1KeepMaxBytes, ports.log))
  if (loader.told !== null && loader.told !== told) await supervisor.tell(loader.told, 'all')
  if (control === null) file?.watch()
  adminUrl ??= await openAdmin(held, bootstrap)
  admin?.ready()
  held.audits.schedule()
  held.discovery?.start()
  const handOver = new HandOver(parts.startSuccessor, ports.log)
  return {
    urls: urlsOf(bootstrap, found),
    adminUrl,
    lost: held.lost,
    reload: async () => {
      supervisor.reload()
      await file?.read()
    },
    upgrade: async () => {
      if (bootstrap.l1KeepMaxBytes > 0) await supervisor.keepMemory()
      const serves = await handOver.to(socketsOf(held, bootstrap))
      if (!serves && bootstrap.l1KeepMaxBytes > 0) await dropKeptMemory(parts.blobs, ports.log)
      return serves
    },
    close: async (why) => {
      handOver.stop()
      await close(held, parts, why)
    },
  }
}

// What Redis still holds may have been purged while this edge was away. A control plane that does not answer in this time is not waited for.
function caughtUp(control: ControlSource, timers: Ports['timers']): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const cancel = timers.after(CATCH_UP_MS, () => resolve(false))
  return Promise.race([control.caughtUp, late]).finally(cancel)
}

// Where another edge answers at the admin port still, ours would say of the place of both that it is only starting.
async function anotherAnswers({ plan }: Assembled, { admin, portSharing }: EdgeBootstrap): Promise<boolean> {
  if (plan.adminFd !== null) return true
  if (admin === 'off' || portSharing === 'refuse') return false
  return portIsFree(admin).then(
    () => false,
    () => true,
  )
}

async function openAdmin({ admin, plan }: Assembled, bootstrap: EdgeBootstrap): Promise<string | null> {
  if (admin === null) return null
  return admin.listen(bootstrap.admin, { fd: plan.adminFd, sharing: bootstrap.portSharing === 'allow' ? 'shared' : 'alone' })
}

function socketsOf({ supervisor, admin }: Assembled, bootstrap: EdgeBootstrap): InheritedSocket[] {
  const names = socketNames(bootstrap)
  const sockets = supervisor.sockets().map(({ listener, fd }) => ({ name: names[listener]!, fd }))
  const adminFd = admin?.fd ?? null
  return adminFd === null ? sockets : [...sockets, { name: adminSocketName(bootstrap), fd: adminFd }]
}

async function close(held: Assembled, { bootstrap, ports }: EdgeProcessParts, why: EndReason): Promise<void> {
  held.admin?.draining()
  // Another edge answers at the admin port as well; ours would only say of the place of both that it drains.
  if (why === 'replaced' || bootstrap.portSharing === 'allow') await held.admin?.close()
  if (why === 'asked' && bootstrap.drainDelayMs > 0)
    await new Promise<void>((resolve) => ports.timers.after(bootstrap.drainDelayMs, resolve))
  // A successor has what was written before it started.
  if (why !== 'replaced' && bootstrap.l1KeepMaxBytes > 0) await held.supervisor.keepMemory()
  await end(held, bootstrap.drainTimeoutMs)
}

async function end(
  { control, file, audits, records, health, discovery, admin, supervisor }: Assembled,
  drainTimeoutMs: number,
): Promise<void> {
  audits.stop()
  discovery?.stop()
  records.stop()
  health.stop()
  control?.stop()
  file?.stop()
  admin?.draining()
  await supervisor.drain(drainTimeoutMs)
  await admin?.close()
}

function notice({ bootstrap, ports, closeSocket }: EdgeProcessParts, { workers, unclaimed }: ListenPlan, wanted: number): void {
  if (bootstrap.portSharing === 'allow') createBackground(ports.log, ports.metrics)('backlog-notice', noticeBacklog(ports.files, ports.log))
  if (workers < wanted) {
    const message = 'a Unix socket, or one that was handed over, has one worker; so there are no more workers than sockets'
    ports.log.info({ event: 'fewer-workers', workers, wanted, message })
  }
  for (const { name, fd } of unclaimed) {
    ports.log.warn({ event: 'socket-unclaimed', name, message: 'it was handed over, and no listener asks for it' })
    // Open, it would take connections that nobody accepts.
    closeSocket(fd)
  }
}

function controlOf(parts: EdgeProcessParts, followers: Followers): ControlSource | null {
  const { bootstrap, ports, build, controlToken } = parts
  if (bootstrap.control === undefined || parts.given !== null) return null
  if (controlToken === null) throw new EdgeError('CONFIG_INVALID', { reason: 'control needs a token or a tokenFile' })
  const identity = { edgeId: bootstrap.edgeId, build, startedAtMs: ports.clock.wallMs() }
  return new ControlSource({ url: bootstrap.control.url, token: controlToken }, identity, followers, ports)
}

function discoveryOf(
  { bootstrap, ports, openDiscovery }: EdgeProcessParts,
  loader: Loader,
  control: ControlSource | null,
): LocalDiscovery | null {
  const { discovery: settings } = bootstrap
  if (settings === undefined) return null
  return new LocalDiscovery({
    ...ports,
    afterMs: control === null ? 0 : settings.afterMs,
    heard: () => control?.connected === true,
    told: () => loader.told,
    put: (endpoints) => loader.endpoints(endpoints),
    open: (last) => openDiscovery(settings, last, ports),
  })
}

function urlsOf(bootstrap: EdgeBootstrap, found: FoundPorts): string[] {
  return listenTexts(bootstrap).map((text, listener) => {
    const tls = listener > 0 && bootstrap.listeners[listener - 1]!.tls !== undefined
    return listenUrl(text, tls ? 'https' : 'http', found.get(listener) ?? 0)
  })
}
