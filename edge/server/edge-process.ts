// An edge process as its supervisor thread sees it: configuration comes in (last good, file, flags, control plane), workers serve,
// the admin port answers, and at the end everything is drained in order.

import { EdgeError } from '../base/edge-error.ts'
import type { SlabView } from '../base/exposition.ts'
import type { Ports } from '../base/ports.ts'
import { allocateCells, SharedCells } from '../base/shared-cells.ts'
import { systemCores } from '../base/system/machine.ts'
import { compile, type Told } from '../config/compile.ts'
import { ControlSource } from '../config/control-source.ts'
import { FileSource } from '../config/file-source.ts'
import { LastGood } from '../config/last-good.ts'
import { Loader } from '../config/loader.ts'
import { createRegistries } from '../config/registries.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import { Admin } from './admin.ts'
import { beatReading } from './beat-reading.ts'
import { listenAddress } from './listen-address.ts'
import { portIsFree } from './port-is-free.ts'
import { Supervisor } from './supervisor.ts'

/** What an edge process is built from. */
export interface EdgeProcessParts {
  readonly bootstrap: EdgeBootstrap
  readonly ports: Ports
  /** The module that a worker thread runs. */
  readonly workerEntry: URL
  /** The metrics of this thread. */
  readonly ownView: () => SlabView
  readonly build: string
  /** What would be decided about a request, for the admin port. */
  readonly explain: (told: Told, query: URLSearchParams) => unknown
  /** A site that came with the flags; no file or control plane is asked then. */
  readonly given: Told | null
  /** The token for the control plane, read from its file if it is in one. */
  readonly controlToken: string | null
}

/** An edge process that serves. */
export interface EdgeProcess {
  readonly url: string
  readonly adminUrl: string | null
  /** Reads the site file again. */
  reload(): Promise<void>
  /** Drains and ends. */
  close(): Promise<void>
}

/** How long an edge that has nothing waits before it says so in the log. */
const WAIT_NOTICE_MS = 5_000

/** Starts an edge process; it serves when this resolves. @throws EdgeError LISTEN_FAILED, CONFIG_INVALID, CONFIG_UNREADABLE */
export async function startEdgeProcess(parts: EdgeProcessParts): Promise<EdgeProcess> {
  const { bootstrap } = parts
  if (bootstrap.portSharing === 'refuse') await portIsFree(bootstrap.listen)
  const process = assemble(parts)
  try {
    return await serve(process, parts)
  } catch (fault) {
    // Whatever stands already must not keep a process alive that cannot serve.
    await end(process, 0)
    throw fault
  }
}

interface Assembled {
  readonly supervisor: Supervisor
  readonly loader: Loader
  readonly first: FirstTold
  readonly lastGood: LastGood | null
  readonly file: FileSource | null
  readonly control: ControlSource | null
  readonly admin: Admin | null
}

function assemble(parts: EdgeProcessParts): Assembled {
  const { bootstrap, ports } = parts
  const supervisor = new Supervisor(parts.workerEntry, bootstrap, workerCount(bootstrap), ports)
  const lastGood = bootstrap.stateDir === 'off' || parts.given !== null ? null : new LastGood(bootstrap.stateDir, ports.files, ports.log)
  const first = new FirstTold()
  const loader = new Loader(
    {
      tryCompile: (told) => tryCompile(told, ports),
      apply: (told, part) => (first.reached ? supervisor.tell(told, part) : first.reach(told)),
      keep: (told) => void lastGood?.keep(told),
    },
    ports,
  )
  const file = bootstrap.site === undefined || parts.given !== null ? null : new FileSource(bootstrap.site, loader, ports)
  const control = controlOf(parts, ports.clock.wallMs(), loader, supervisor)
  const admin =
    bootstrap.admin === 'off' ? null : new Admin({ ports, loader, supervisor, control, ownView: parts.ownView, explain: parts.explain })
  return { supervisor, loader, first, lastGood, file, control, admin }
}

async function serve(process: Assembled, { bootstrap, ports, given }: EdgeProcessParts): Promise<EdgeProcess> {
  const { supervisor, loader, first, file, control, admin } = process
  const adminUrl = admin === null || bootstrap.admin === 'off' ? null : await admin.listen(listenAddress(bootstrap.admin))
  await gatherFirst({ ...process, given }, ports)
  const told = await first.wait()
  const port = await supervisor.start(told)
  if (loader.told !== null && loader.told !== told) await supervisor.tell(loader.told, 'all')
  if (control === null) file?.watch()
  admin?.ready()
  return {
    url: urlOf(bootstrap.listen, port),
    adminUrl,
    reload: async () => {
      await file?.read()
    },
    close: () => end(process, bootstrap.drainTimeoutMs),
  }
}

async function end({ control, file, admin, supervisor }: Assembled, drainTimeoutMs: number): Promise<void> {
  control?.stop()
  file?.stop()
  admin?.draining()
  await supervisor.drain(drainTimeoutMs)
  await admin?.close()
}

/** The first configuration: whoever brings one first lets the workers start. */
class FirstTold {
  #told: Told | null = null
  #resolve: (told: Told) => void = () => {}
  readonly #reached = new Promise<Told>((resolve) => {
    this.#resolve = resolve
  })

  get reached(): boolean {
    return this.#told !== null
  }

  async reach(told: Told): Promise<null> {
    this.#told = told
    this.#resolve(told)
    return null
  }

  wait(): Promise<Told> {
    return this.#reached
  }
}

interface Sources {
  readonly given: Told | null
  readonly lastGood: LastGood | null
  readonly file: FileSource | null
  readonly control: ControlSource | null
  readonly first: FirstTold
  readonly loader: Loader
}

// Without a control plane the file is the truth. With one, what it said last is, and the file is only for who never heard it.
async function gatherFirst(sources: Sources, ports: Ports): Promise<void> {
  const { given, lastGood, file, control, first, loader } = sources
  if (given !== null) return begin(given, loader, first)
  if (control === null) {
    if (file === null) throw new EdgeError('CONFIG_UNREADABLE', { reason: 'there is no site: name a site file or a control plane' })
    const problems = await file.read()
    if (problems.length > 0) throw new EdgeError('CONFIG_INVALID', { file: file.path, problems })
    return
  }
  const kept = await lastGood?.read()
  if (kept) await begin(kept, loader, first)
  else if (file !== null) await file.read()
  control.start()
  if (!first.reached)
    ports.timers.after(
      WAIT_NOTICE_MS,
      () =>
        first.reached ||
        ports.log.warn({
          event: 'waiting-for-control',
          message: 'no configuration yet: neither the control plane nor a file nor an earlier run gave one',
        }),
    )
}

async function begin(told: Told, loader: Loader, first: FirstTold): Promise<void> {
  loader.begin(told)
  await first.reach(told)
}

function controlOf(parts: EdgeProcessParts, startedAtMs: number, loader: Loader, supervisor: Supervisor): ControlSource | null {
  const { bootstrap, ports, build, controlToken } = parts
  if (bootstrap.control === undefined || parts.given !== null) return null
  if (controlToken === null) throw new EdgeError('CONFIG_INVALID', { reason: 'control needs a token or a tokenFile' })
  const identity = { edgeId: bootstrap.edgeId, build, startedAtMs }
  return new ControlSource({ url: bootstrap.control.url, token: controlToken }, identity, loader, () => beatReading(supervisor), ports)
}

// A Unix socket has one listener; only a TCP port can be shared (SO_REUSEPORT).
function workerCount(bootstrap: EdgeBootstrap): number {
  if (listenAddress(bootstrap.listen).kind === 'unix') return 1
  return bootstrap.workers === 0 ? systemCores() : bootstrap.workers
}

// Compiled against registries of its own: a trial leaves no trace in those that serve.
function tryCompile(told: Told, ports: Ports): string | null {
  try {
    compile(told, createRegistries(new SharedCells(allocateCells(1_024, ports.random)), ports.random))
    return null
  } catch (cause) {
    return `cannot be compiled: ${String(cause)}`
  }
}

function urlOf(listen: string, port: number): string {
  const address = listenAddress(listen)
  if (address.kind === 'unix') return `unix:${address.path}`
  return `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`
}
