// The control plane put together: store, discovery, streams, API. What it is made of is started in this order and ended in the other.

import type { FastifyInstance } from 'fastify'
import { EdgeError } from '../edge/base/edge-error.ts'
import type { Ports } from '../edge/base/ports.ts'
import { readSiteText } from '../edge/base/site-file.ts'
import type { ControlBootstrap } from '../edge/contract/bootstrap.ts'
import { digestOf } from '../edge/contract/canonical-json.ts'
import { explain } from '../edge/explain.ts'
import { createApiServer } from './api/api-server.ts'
import { readConsoleFiles } from './api/console-files.ts'
import type { ApiContext } from './api/context.ts'
import { EventHub } from './api/event-hub.ts'
import { hostCheck } from './api/host-check.ts'
import { publishSite } from './api/publish-site.ts'
import { PurgeBook } from './api/purge-book.ts'
import { ShiftDesk } from './api/shift-desk.ts'
import { TokenBook } from './api/token-book.ts'
import { type ChangeIntake, openIntake } from './changes/change-intake.ts'
import type { PurgeSink } from './changes/purge-sink.ts'
import { readConsulAccess } from './discovery/consul-access.ts'
import { openConsulCatalog } from './discovery/consul-catalog.ts'
import { Discovery } from './discovery/discovery.ts'
import type { HealthCatalog } from './discovery/health-catalog.ts'
import { openSystemResolver } from './discovery/system-resolver.ts'
import type { Role } from './domain/access.ts'
import { ITSELF } from './domain/audit.ts'
import type { EndpointSource } from './domain/endpoint-source.ts'
import { Publisher } from './push/publisher.ts'
import { SqliteStore } from './store/sqlite-store.ts'
import type { Store } from './store/store.ts'

/** What a control plane takes from the world around it. */
export type ControlPorts = Pick<Ports, 'clock' | 'timers' | 'random' | 'log' | 'files' | 'metrics'> & {
  /** What `metrics` counted, as Prometheus reads it. */
  readonly exposition: () => string
}

/** A control plane that answers. */
export interface Control {
  /** Where it answers, with the port it was given. */
  readonly url: string
  /** The first admin token; null when one was made at an earlier start. Kept nowhere else: print it. */
  readonly firstToken: string | null
  /** The first token for edges; null when one was made at an earlier start. */
  readonly firstEdgeToken: string | null
  /** A token for an edge started by this very process; good until `close`. */
  readonly edgeToken: string
  /** Ends streams, API, discovery and store; once, however often it is called. */
  close(): Promise<void>
}

/**
 * Starts a control plane and waits until it answers.
 * @throws EdgeError STATE_UNWRITABLE, CONFIG_UNREADABLE, CONFIG_INVALID (with `problems` in its detail) or LISTEN_FAILED
 */
export async function startControl(bootstrap: ControlBootstrap, ports: ControlPorts): Promise<Control> {
  const store = new SqliteStore(bootstrap.stateDir, ports.random)
  try {
    return await startOn(store, bootstrap, ports)
  } catch (cause) {
    store.close()
    throw cause
  }
}

async function startOn(store: Store, bootstrap: ControlBootstrap, ports: ControlPorts): Promise<Control> {
  const seed = store.current() ? null : await readSeed(bootstrap, ports)
  const files = await readConsoleFiles(ports.files)
  const { consul } = bootstrap
  const catalog = consul ? openConsulCatalog(consul, await readConsulAccess(consul, ports.files)) : null
  const purges = new PurgeBook({ store: store.purges, site: () => store.current(), ...ports })
  const changes = await openIntake(bootstrap.changes, { ...ports, site: () => store.current()?.site ?? null, purges: sinkOf(purges) })
  const context = contextOf({ store, purges, changes, catalog }, bootstrap, ports)
  const app = createApiServer(context, { isOwnHost: hostCheck(bootstrap.listen, bootstrap.hosts), console: files })
  let closing: Promise<void> | null = null
  const close = () => {
    closing ??= stop(context, app)
    return closing
  }
  try {
    if (seed) publishSite(context, seed)
    const current = store.current()
    if (current) context.endpoints.follow(current.site)
    const url = await listen(app, bootstrap.listen)
    changes.start()
    const edgeToken = context.tokens.makePassing({ name: 'this process', role: 'edge' })
    ports.log.info({ event: 'control-listening', url, revision: current?.revision ?? 0 })
    return { url, ...firstTokens(context.tokens), edgeToken, close }
  } catch (cause) {
    await close()
    throw cause
  }
}

async function stop({ events, publisher, purges, changes, shifts, endpoints, store }: ApiContext, app: FastifyInstance): Promise<void> {
  await changes.close()
  events.close()
  shifts.close()
  purges.close()
  publisher.close()
  try {
    await app.close()
    await endpoints.close()
  } finally {
    store.close()
  }
}

type Parts = {
  readonly store: Store
  readonly purges: PurgeBook
  readonly changes: ChangeIntake
  readonly catalog: HealthCatalog | null
}

function contextOf({ store, purges, changes, catalog }: Parts, { dns }: ControlBootstrap, ports: ControlPorts): ApiContext {
  const known = store.endpoints()
  const endpoints = new Discovery(
    { ...ports, catalog, resolver: openSystemResolver(dns) },
    {
      endpoints: known,
      refused: store.refusals(),
    },
  )
  const standing = { publication: store.current(), switchboard: store.switchboard(), endpoints: endpoints.current() }
  const publisher = new Publisher(standing, purges, ports)
  purges.start(() => publisher.purged())
  endpoints.onChange(() => passOn({ endpoints, publisher, store, log: ports.log }))
  const events = new EventHub(publisher, ports.timers)
  endpoints.onHold(() => noteHolds({ endpoints, events, store, log: ports.log }))
  const shifts = new ShiftDesk({ ...ports, store, send: (board) => publisher.switches(board) })
  publisher.onBeat((beat) => shifts.hear(beat))
  return {
    ...ports,
    store,
    publisher,
    endpoints,
    purges,
    changes,
    shifts,
    explain,
    tokens: new TokenBook(store, ports),
    events,
  }
}

/** The purge log, as changes see it. */
function sinkOf(purges: PurgeBook): PurgeSink {
  return {
    append(orders, { actor, reason }) {
      const outcome = purges.append({ orders, reason, key: '', audit: 'none' }, actor)
      return outcome.kind === 'refused'
        ? { ok: false, problems: outcome.problems }
        : { ok: true, seq: outcome.purges.at(-1)?.seq ?? purges.head().seq }
    },
  }
}

type PassingOn = { endpoints: EndpointSource; publisher: Publisher; store: Store; log: ControlPorts['log'] }

function passOn({ endpoints, publisher, store, log }: PassingOn): void {
  const found = endpoints.current()
  publisher.endpoints(found)
  try {
    store.saveEndpoints(found)
  } catch (cause) {
    // A full disk must not keep edges from hearing of a dead peer; what is lost is the memory for the next start.
    log.error({ event: 'endpoints-not-kept', seq: found.seq, cause: String(cause) })
  }
}

type NotingHolds = { endpoints: EndpointSource; events: EventHub; store: Store; log: ControlPorts['log'] }

function noteHolds({ endpoints, events, store, log }: NotingHolds): void {
  events.holds(endpoints.report().filter(({ hold }) => hold !== null).length)
  const refused = new Set(endpoints.refused())
  const over = store.refusals().filter((service) => !refused.has(service))
  if (over.length === 0) return
  try {
    // What was refused has recovered by itself; it must not be taken for refused when it is next held.
    store.saveRefusals([...refused], null)
  } catch (cause) {
    log.error({ event: 'refusals-not-kept', over, cause: String(cause) })
  }
}

/** The site of the bootstrap as a first revision, or null. */
async function readSeed({ site: path }: ControlBootstrap, { files }: ControlPorts) {
  if (path === undefined) return null
  const text = await files.read(path).catch((cause: unknown) => {
    throw new EdgeError('CONFIG_UNREADABLE', { path }, cause)
  })
  if (text === null) throw new EdgeError('CONFIG_UNREADABLE', { path, reason: 'there is no such file' })
  const { reading: read } = await readSiteText(text, path, files)
  if (!read.ok) throw new EdgeError('CONFIG_INVALID', { path, problems: read.problems })
  const { site } = read
  return { site, digest: digestOf(site), note: `first start, from ${path}`.slice(0, 512), actor: ITSELF, from: 'site' } as const
}

/** The tokens that people and edges begin with, made when there are none at all. */
function firstTokens(tokens: TokenBook): Pick<Control, 'firstToken' | 'firstEdgeToken'> {
  if (tokens.list().length > 0) return { firstToken: null, firstEdgeToken: null }
  const make = (role: Role) => {
    const made = tokens.make({ name: `first ${role}`, role }, ITSELF)
    return made.kind === 'made' ? made.token.secret : null
  }
  return { firstToken: make('admin'), firstEdgeToken: make('edge') }
}

async function listen(app: FastifyInstance, address: string): Promise<string> {
  try {
    if (address.startsWith('unix:')) {
      await app.listen({ path: address.slice('unix:'.length) })
      return address
    }
    const colon = address.lastIndexOf(':')
    const host = address.slice(0, colon)
    await app.listen({ host: host.replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) })
    const bound = app.server.address()
    return `http://${host}:${typeof bound === 'object' && bound ? bound.port : address.slice(colon + 1)}`
  } catch (cause) {
    throw new EdgeError('LISTEN_FAILED', { address }, cause)
  }
}
