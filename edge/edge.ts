// An edge without its sockets: everything one worker serves with, built from ports. A listener hands it requests; whoever
// supervises it tells it what to serve.
// size: the one place where all that a worker serves with is put together.

import type { Abort } from './base/abort.ts'
import { type Background, createBackground } from './base/background.ts'
import { ByteBudget } from './base/byte-budget.ts'
import type { Blobs, Log, Ports } from './base/ports.ts'
import { PressureWatch, type Vitals } from './base/pressure-watch.ts'
import { SerialIds } from './base/serial-ids.ts'
import { SharedCells } from './base/shared-cells.ts'
import { SharedSlots } from './base/shared-slots.ts'
import type { Breaker } from './breaker/breaker.ts'
import { breakerInARow } from './breaker/in-a-row.ts'
import { CodedBodies } from './cache/coded-bodies.ts'
import { FillLeases } from './cache/fill-leases.ts'
import { Flights } from './cache/flights.ts'
import { HotTraffic } from './cache/hot-traffic.ts'
import { entryOf, inSharedMemory, type KeptCopy, keptCopy } from './cache/kept-copy.ts'
import { MEMORY_FILE, readMemory, writeMemory } from './cache/kept-memory.ts'
import { Levels } from './cache/levels.ts'
import { MemoryLevel } from './cache/memory-level.ts'
import { partsKey } from './cache/parts.ts'
import { PurgeFence } from './cache/purge-fence.ts'
import { PurgeLease } from './cache/purge-lease.ts'
import { type PurgeState, PurgeTable } from './cache/purge-table.ts'
import { RedisLevel } from './cache/redis-level.ts'
import { Refreshes } from './cache/refreshes.ts'
import { SiblingTurns } from './cache/sibling-turns.ts'
import { StaticCopies } from './cache/static-copies.ts'
import { WritePurges } from './cache/write-purges.ts'
import { compile, type Told, withEndpoints, withSwitches } from './config/compile.ts'
import { Holder } from './config/holder.ts'
import { createRegistries } from './config/registries.ts'
import type { Snapshot } from './config/snapshot.ts'
import type { AuditReport, AuditShare } from './contract/audit.ts'
import type { EdgeBootstrap } from './contract/bootstrap.ts'
import type { PeerHealthReading } from './contract/health.ts'
import { type MirrorReading, shortMirrors } from './contract/mirror-reading.ts'
import type { Purge, PurgeOrder } from './contract/purge.ts'
import type { RedisConfig } from './contract/redis.ts'
import { parseAddress } from './http/address.ts'
import { type AuditWorld, audit } from './pipeline/audit.ts'
import { BodiesInUse } from './pipeline/bodies-in-use.ts'
import { doorTroubles } from './pipeline/door-troubles.ts'
import type { Exchange, Incoming, Reply, Tools } from './pipeline/exchange.ts'
import { fuseTroubles } from './pipeline/fuse-troubles.ts'
import { handle } from './pipeline/handle.ts'
import { LineMetrics } from './pipeline/line-metrics.ts'
import { mirrorReadings } from './pipeline/mirror-readings.ts'
import { NOBODY } from './pipeline/nobody.ts'
import { gaugePanic, type PoolReading, poolReadings } from './pipeline/pool-reading.ts'
import { poolTroubles } from './pipeline/pool-troubles.ts'
import type { Recorder } from './pipeline/recorder.ts'
import { newWhy } from './pipeline/why.ts'
import type { WorkerReading } from './pipeline/worker-reading.ts'
import { createRedis } from './redis/client.ts'
import type { RedisPort } from './redis/redis-port.ts'
import { script } from './redis/script.ts'
import { Batches } from './resilience/batches.ts'
import { takenOf } from './traffic/group-tally.ts'
import { Http1Upstream } from './upstream/http1-upstream.ts'
import { WebsocketLane } from './upstream/websocket-lane.ts'

/** Flights at once, keys marked as uncacheable, and for how long. */
const FLIGHT_BOUNDS = { maxFlights: 50_000, maxMarks: 50_000, markMs: 2_000 }

/** The most that a rule may allow; what was kept by a stricter one is within it. */
const MOST_VARIANTS = 1_000
/** Keys that a worker lists. */
const LISTED_KEYS = 40
const NO_POOLS: Snapshot['pools'] = new Map()

/** What an edge is built from. */
export interface EdgeParts {
  readonly bootstrap: EdgeBootstrap
  readonly ports: Ports
  /** null when nobody wants one. */
  readonly accessLog: Log | null
  /** How the thread of this worker is doing. */
  readonly vitals: Vitals
  /** Limits are counted in it, together with the other workers. */
  readonly cells: SharedArrayBuffer
  /** What is in flight at pools is counted in it, together with the other workers. */
  readonly slots: SharedArrayBuffer
  /** Which of the workers this is, from 0. */
  readonly index: number
  /** Turns to fetch are taken in it, among the workers; null when this one is alone. */
  readonly turns: SharedArrayBuffer | null
  /** This worker's share of the memory cache. */
  readonly l1MaxBytes: number
  /** And of the room for what it compresses. */
  readonly compressedMaxBytes: number
  /** Where copies of pages are kept; null when nothing is. */
  readonly blobs: Blobs | null
  /** The state folder; null where nothing is kept. */
  readonly state: Blobs | null
  /** Text of `lua/cache-put.lua`. */
  readonly cachePut: string
  /** Text of `lua/fill-lease.lua`. */
  readonly fillLease: string
  /** Text of `lua/cache-remove.lua`. */
  readonly cacheRemove: string
  /** What was purged before this worker started. */
  readonly purges: PurgeState
  /** How current that is, told by the supervisor; see `allocateLease`. */
  readonly lease: SharedArrayBuffer
  /** Told of what was purged at this worker, for those who start later and for other edges. @param atMs wall clock */
  readonly purgedHere: (orders: readonly PurgeOrder[], atMs: number) => void
  /** The other workers of this edge; null when it is alone. */
  readonly siblings: Siblings | null
}

/** What the workers of an edge tell each other, so that what one fetched or forgot holds for all. */
export type SiblingMessage =
  | { readonly type: 'filled'; readonly key: string; readonly copy: KeptCopy; readonly maxVariants: number }
  | { readonly type: 'forgotten'; readonly key: string }
  | { readonly type: 'purged'; readonly orders: readonly PurgeOrder[]; readonly atMs: number }

/** The way to the other workers. */
export interface Siblings {
  tell(message: SiblingMessage): void
}

/** What one worker serves with. */
export class Edge {
  readonly #tools: Tools
  readonly #holder = new Holder()
  readonly #registries
  readonly #redis: RedisPort | null
  readonly #breaker: Breaker | null
  readonly #memory: MemoryLevel
  readonly #fence: PurgeFence
  readonly #ports: Ports
  readonly #ids: SerialIds
  readonly #state: Blobs | null
  readonly #keepBytes: number
  #recorder: Recorder | null = null

  constructor(parts: EdgeParts) {
    const { bootstrap, ports } = parts
    this.#ports = ports
    this.#state = parts.state
    this.#keepBytes = bootstrap.l1KeepMaxBytes
    this.#registries = {
      ...createRegistries(new SharedCells(parts.cells), ports.random, bootstrap.zone ?? null, new SharedSlots(parts.slots, parts.index)),
      cookieKeys: bootstrap.cookieKeys,
    }
    this.#memory = new MemoryLevel(parts.l1MaxBytes, bootstrap.l1LargestRatio)
    this.#fence = new PurgeFence(new PurgeTable(parts.purges), new PurgeLease(parts.lease))
    this.#redis = bootstrap.redis === undefined ? null : createRedis(bootstrap.redis, ports)
    this.#breaker =
      bootstrap.redis === undefined
        ? null
        : breakerInARow({ failures: bootstrap.redis.breakerFailures, openMs: bootstrap.redis.breakerOpenMs })
    const far = bootstrap.redis === undefined ? null : redisLevel(bootstrap.redis, this.#redis!, this.#breaker!, parts)
    const background = createBackground(ports.log, ports.metrics)
    const siblingTurns = parts.turns === null ? null : new SiblingTurns(parts.turns, ports)
    const fillLeases = bootstrap.redis === undefined ? null : leasesOf(bootstrap.redis, this.#redis!, this.#breaker!, parts)
    const levels = new Levels(this.#memory, far, this.#fence)
    this.#tools = { ...toolsOf(parts, levels, this.#fence, background), fillLeases, siblingTurns }
    this.#ids = new SerialIds(ports.random.hex(6))
    ports.timers.every(1_000, () => this.#gauge())
  }

  /** How overloaded this worker is, 0 to 4. */
  get pressure(): { readonly level: number } {
    return this.#tools.pressure
  }

  /** Puts what was told in force. @returns the reason when it cannot be compiled; what was in force stays */
  apply(told: Told, part: 'all' | 'switches' | 'endpoints'): string | null {
    try {
      this.#holder.swap(this.#next(told, part))
    } catch (cause) {
      return `cannot be compiled: ${String(cause)}`
    }
    this.#registries.health.follow(this.#pools)
    this.#registries.maintenance.follow(told.switchboard.maintenance ?? [], this.#pools.keys(), this.#ports.clock)
    for (const [id, pool] of this.#pools) this.#ports.metrics.gauge('weir_peers', [id]).set(pool.peers.length)
    return null
  }

  /** Takes what active checks say of peers. */
  takeHealth(readings: readonly PeerHealthReading[]): void {
    this.#registries.health.take(readings, this.#pools)
  }

  /** Serves one request to its end; there is none before the first `apply`, since nobody listens yet. Never throws. */
  serve(incoming: Incoming, reply: Reply, wanted: Abort): void {
    const x = this.#begin(incoming, reply, wanted)
    const rest = handle(this.#recorder === null ? x : this.#recorder.watch(x))
    if (rest !== undefined) this.#tools.background('exchange', rest)
  }

  /** Compares a share of what it keeps with its origins, until nobody wants that. @param told hears how far it is */
  audit(share: AuditShare, told: AuditWorld['told'], wanted: Abort): Promise<AuditReport> {
    const begin = (incoming: Incoming, heeded: Abort) => this.#begin(incoming, NOBODY, heeded)
    return audit(share, { memory: this.#memory, tools: this.#tools, snapshot: this.#holder.current!, begin, told, wanted })
  }

  #begin(incoming: Incoming, reply: Reply, wanted: Abort): Exchange {
    const snapshot = this.#holder.current!
    const { clock } = this.#ports
    return {
      id: this.#ids.next(),
      startedAtMs: clock.wallMs(),
      startedMonotonicMs: clock.monotonicMs(),
      incoming,
      reply,
      snapshot,
      tools: this.#tools,
      why: newWhy(snapshot.revision),
      wanted,
    }
  }

  /** Writes what it holds in memory to the state folder, what was asked for most first. Never rejects. */
  async keepMemory(): Promise<void> {
    // Purges of this edge alone end with its process: what they reached must not outlive them.
    const sound = this.#memory.hottest().filter(({ key, entry }) => this.#fence.mayShare(key, entry))
    const bytes = writeMemory(sound, this.#keepBytes)
    await this.#state?.write(MEMORY_FILE, bytes).catch((cause: unknown) => {
      this.#ports.log.warn({ event: 'memory-not-kept', cause: String(cause) })
    })
  }

  /** Begins with what the process before this one wrote. The coldest first, so that they go first when not all of it fits. */
  takeMemory(bytes: Uint8Array): void {
    const entries = [...readMemory(bytes)].reverse()
    const nowMs = this.#ports.clock.wallMs()
    for (const { key, entry } of entries) this.#memory.put(key, entry, MOST_VARIANTS, nowMs)
    this.#ports.log.info({ event: 'memory-taken', entries: entries.length, bytes: bytes.byteLength })
  }

  /** Whether an address is a trusted proxy of the site. */
  isTrusted(address: string): boolean {
    const parsed = parseAddress(address)
    return parsed !== null && this.#holder.current?.clients.addressRule.trusted.has(parsed) === true
  }

  /** Takes what a sibling fetched, or forgets what it forgot. */
  hear(message: SiblingMessage): void {
    const nowMs = this.#ports.clock.wallMs()
    if (message.type === 'purged') return this.#fence.purgeHere(message.orders, message.atMs)
    if (message.type === 'forgotten') {
      this.#fence.forget(message.key, nowMs)
      return this.#memory.delete(message.key)
    }
    const entry = entryOf(message.copy)
    if (this.#fence.mayKeep(message.key, entry)) this.#memory.put(message.key, entry, message.maxVariants, nowMs)
  }

  /** Takes purges of the log: when this returns, nothing that they reach is served as fresh. */
  purge(purges: readonly Purge[]): void {
    for (const purge of purges) this.#fence.table.add(purge)
  }

  /** What this worker reads of itself. */
  reading(): WorkerReading {
    const { metrics, pressure, hot, clock } = this.#tools
    const hotKeys = hot.top(LISTED_KEYS, clock.monotonicMs())
    const snapshot = this.#holder.current
    const ofFuses = snapshot === null ? [] : fuseTroubles(this.#registries.tallies.entries(), snapshot, clock.wallMs())
    const troubles = [...ofFuses, ...doorTroubles(this.#registries, clock), ...poolTroubles(this.#pools.values(), clock)]
    const groups = takenOf(this.#registries.tallies.entries(), this.#holder.current?.shares ?? new Map())
    return {
      ...metrics.reading(),
      redis: this.#redisState(),
      pressure: pressure.level,
      hotKeys,
      troubles,
      groups,
      mirrors: shortMirrors(this.mirrors()),
    }
  }

  /** How its pools are doing. @param pool only this one; all when null */
  pools(pool: string | null): PoolReading[] {
    return poolReadings(this.#pools.values(), pool, this.#ports.clock)
  }

  /** What came of the mirrors of the routes in force. */
  mirrors(): MirrorReading[] {
    return mirrorReadings(this.#holder.current?.mirrored ?? [])
  }

  /** Records what it serves from now on, in place of what it recorded before; null records no more. */
  record(begin: ((tools: Tools) => Recorder) | null): void {
    this.#recorder?.end()
    this.#recorder = begin === null ? null : begin(this.#tools)
  }

  /** Counts a fault of a message that never became a request. */
  countFault(code: string): void {
    this.#tools.metrics.fault(code)
  }

  /** Lets go of what is outside: connections to peers and to Redis. */
  async close(): Promise<void> {
    this.#redis?.close()
    this.#tools.websockets.close()
    await Promise.all([this.#tools.upstream.close(), this.#tools.mirrorUpstream.close()])
  }

  get #pools(): Snapshot['pools'] {
    return this.#holder.current?.pools ?? NO_POOLS
  }

  // What changed alone is put on what is there, unless that is of another revision: then only the whole fits together.
  #next(told: Told, part: 'all' | 'switches' | 'endpoints'): Snapshot {
    const current = this.#holder.current
    if (current === null || part === 'all' || current.revision !== told.revision) return compile(told, this.#registries)
    return part === 'switches' ? withSwitches(current, told, this.#registries) : withEndpoints(current, told, this.#registries)
  }

  #gauge(): void {
    const { metrics } = this.#ports
    const { bytes, entries, evictions } = this.#memory.stats()
    metrics.gauge('weir_l1_bytes').set(bytes)
    metrics.gauge('weir_l1_entries').set(entries)
    metrics.gauge('weir_l1_evictions').set(evictions)
    this.#registries.maintenance.look(this.#pools.keys(), this.#ports.clock)
    gaugePanic(this.#pools.values(), this.#ports)
    const redis = this.#redisState()
    if (redis !== 'none') metrics.gauge('weir_redis_state').set(redis === 'up' ? 1 : 0)
  }

  // A connection that stands is not enough: one that never answers has an open breaker.
  #redisState(): 'up' | 'down' | 'none' {
    if (this.#redis === null || this.#breaker === null) return 'none'
    const answers = this.#breaker.state(this.#ports.clock.monotonicMs()).state === 'closed'
    return this.#redis.state() === 'ready' && answers ? 'up' : 'down'
  }
}

function redisLevel(config: RedisConfig, redis: RedisPort, breaker: Breaker, parts: EdgeParts): RedisLevel {
  const scripts = { put: script('cache-put', parts.cachePut), remove: script('cache-remove', parts.cacheRemove) }
  return new RedisLevel({ ...parts.ports, redis, breaker, scripts, config })
}

function leasesOf({ keyPrefix }: RedisConfig, redis: RedisPort, breaker: Breaker, { ports, fillLease }: EdgeParts): FillLeases {
  return new FillLeases({ ...ports, redis, breaker, keyPrefix, script: script('fill-lease', fillLease) })
}

function toolsOf(parts: EdgeParts, levels: Levels, fence: PurgeFence, background: Background): Omit<Tools, 'fillLeases' | 'siblingTurns'> {
  const { bootstrap, ports, accessLog, siblings, vitals, blobs } = parts
  const copies = blobs === null ? null : new StaticCopies({ ...ports, blobs, maxBytes: bootstrap.staticMaxBytes })
  const metrics = new LineMetrics(ports.metrics)
  const budget = new ByteBudget(bootstrap.overload.bufferMaxBytes)
  const purge: Tools['purge'] = (orders) => {
    const atMs = ports.clock.wallMs()
    fence.purgeHere(orders, atMs)
    siblings?.tell({ type: 'purged', orders, atMs })
    parts.purgedHere(orders, atMs)
  }
  return {
    edgeId: bootstrap.edgeId,
    clock: ports.clock,
    timers: ports.timers,
    random: ports.random,
    log: ports.log,
    accessLog,
    metrics,
    levels,
    flights: new Flights(ports, FLIGHT_BOUNDS),
    copies,
    hot: new HotTraffic(Math.floor(ports.random.next() * 2 ** 32)),
    codedBodies: new CodedBodies(parts.compressedMaxBytes, ports.metrics),
    refreshes: new Refreshes(),
    batches: new Batches(ports),
    fence,
    upstream: new Http1Upstream(ports),
    mirrorUpstream: new Http1Upstream(ports),
    websockets: new WebsocketLane(ports),
    background,
    pressure: new PressureWatch({ config: bootstrap.overload, vitals, budget, inFlight: () => metrics.inFlight }, ports),
    budget,
    bodiesInUse: new BodiesInUse(budget),
    purge,
    writePurges: new WritePurges(ports, purge),
    forget(cacheKey) {
      for (const key of [cacheKey, partsKey(cacheKey)]) {
        fence.forget(key, ports.clock.wallMs())
        const deleting = levels.delete(key)
        if (deleting !== undefined) background('cache.forget', deleting)
        siblings?.tell({ type: 'forgotten', key })
      }
    },
    shareFill(cacheKey, entry, maxVariants) {
      if (siblings === null) return entry
      const shared = inSharedMemory(entry)
      siblings.tell({ type: 'filled', key: cacheKey, copy: keptCopy(shared), maxVariants })
      return shared
    },
  }
}
