// Holds the workers: starts them on their sockets, tells them what changed, starts again who ended by itself, and drains them.
//
// Invariant: what `tell` was last given is what a worker that starts later begins with. A worker that keeps ending is started again
// with growing pauses; its siblings serve on meanwhile. Only where it took a socket with it that nobody here can open again is the
// whole edge lost: another process holds that socket open too, and connections would wait in it for ever.
// size: what is told to every worker, and to one that starts meanwhile, is told in one place.

import type { ResourceLimits } from 'node:worker_threads'
import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { SlabView } from '../base/exposition.ts'
import { createSlab } from '../base/metrics.ts'
import type { Cancel, Ports, Random } from '../base/ports.ts'
import { allocateCells } from '../base/shared-cells.ts'
import { allocateSlots, reclaimSlots } from '../base/shared-slots.ts'
import { type PurgeState, PurgeTable } from '../cache/purge-table.ts'
import { allocateTurns } from '../cache/sibling-turns.ts'
import type { Told } from '../config/compile.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { PeerHealthReading } from '../contract/health.ts'
import type { Purge, PurgeOrder } from '../contract/purge.ts'
import { HOUR_MS } from '../contract/units.ts'
import type { WorkerReading } from '../pipeline/worker-reading.ts'
import type { ListenPlace } from './listen-place.ts'
import type { FoundPorts, ListenPlan } from './listen-plan.ts'
import { heapLimits, WorkerHandle } from './worker-handle.ts'
import type { ToldPart, WorkerFailure } from './worker-messages.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** How long a worker must live for its next end to count as the first again. */
const STEADY_MS = 30_000
/** Slabs of ended workers kept for their counts; older ones are let go. */
const MAX_ENDED = 64

/** Pools whose bulkheads hold for all workers together; those of more hold for each. */
const SLOT_ROWS = 1_024

/** Keys of session tickets, and how long they stay: who has the key of a day can read what was said on it. */
const TICKET_KEYS_BYTES = 48
const ROTATE_KEYS_MS = 12 * HOUR_MS

/** What a supervisor needs. */
export interface SupervisorParts {
  /** The module that a worker runs. */
  readonly entry: URL
  readonly bootstrap: EdgeBootstrap
  readonly plan: ListenPlan
  readonly ports: Ports
  /** What the whole process may use. */
  readonly memoryBytes: number
  /** What was purged before this process started, as far as it is known. */
  readonly purges: PurgeState
  /** How current the workers take that for. */
  readonly lease: SharedArrayBuffer
  /** What active checks say of peers now. */
  readonly health: () => readonly PeerHealthReading[]
  /** Called with what was purged at this edge alone. */
  readonly purgedHere: (orders: readonly PurgeOrder[]) => void
  /** Called when a socket is gone that only a new process can have again. */
  readonly lost: (fault: EdgeError) => void
}

/** Holds the workers of an edge. */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #ports: Ports
  readonly #limits: ResourceLimits
  readonly #cells: SharedArrayBuffer
  readonly #slots: SharedArrayBuffer
  readonly #turns = allocateTurns()
  readonly #workers = new Map<number, WorkerHandle>()
  /** Those that do not serve yet: they hear of purges before they do. */
  readonly #starting = new Set<WorkerHandle>()
  readonly #purges: PurgeTable
  readonly #ended: SlabView[] = []
  readonly #failures: number[] = []
  readonly #found = new Map<number, number>()
  readonly #stopRotation: Cancel
  #ticketKeys: Uint8Array
  #told: Told | null = null
  #memory: SharedArrayBuffer | null = null
  #draining = false
  #purgeSeq: number

  constructor(parts: SupervisorParts) {
    const { bootstrap, ports, plan, memoryBytes } = parts
    this.#parts = parts
    this.#ports = ports
    this.#limits = heapLimits(memoryBytes, bootstrap, plan.workers)
    this.#cells = allocateCells(bootstrap.limitCells, ports.random)
    this.#slots = allocateSlots(SLOT_ROWS, plan.workers)
    this.#purges = new PurgeTable(parts.purges)
    this.#purgeSeq = this.#purges.seq
    this.#ticketKeys = newTicketKeys(ports.random)
    const speaksTls = bootstrap.listeners.some(({ tls }) => tls !== undefined)
    this.#stopRotation = speaksTls ? ports.timers.every(ROTATE_KEYS_MS, () => this.#rotateKeys()) : () => {}
  }

  /** Starts all workers with their first configuration. @param memory what they begin with; see `kept-memory` @returns the ports they listen on @throws EdgeError LISTEN_FAILED, INTERNAL */
  async start(told: Told, memory: SharedArrayBuffer | null = null): Promise<FoundPorts> {
    this.#told = told
    this.#memory = memory
    const { plan } = this.#parts
    // The first finds the ports; the others share them.
    for (let index = 0; index < plan.workers; index += 1) await this.#spawn(index, plan.placesOf(index, this.#found))
    // Only these begin with it: what a worker that is started later held has been let go meanwhile, perhaps for a reason.
    this.#memory = null
    return this.#found
  }

  /** Workers that serve. */
  get serving(): number {
    return this.#workers.size
  }

  /** The workers that serve, for work that each does for itself. */
  get workers(): readonly WorkerHandle[] {
    return [...this.#workers.values()]
  }

  /** The pressure on the worker that has the most of it, 0 to 4. */
  get pressure(): number {
    return Math.max(0, ...[...this.#workers.values()].map(({ pressure }) => pressure))
  }

  /** Puts something new in force at every worker. @returns what is wrong with it, if a worker could not take it */
  async tell(told: Told, part: ToldPart): Promise<string | null> {
    this.#told = told
    const problems = await Promise.all([...this.#workers.values()].map((worker) => worker.tell(told, part)))
    return problems.find((problem) => problem !== null) ?? null
  }

  /** The highest purge that every worker goes by. */
  get purgeSeq(): number {
    return this.#purgeSeq
  }

  /**
   * Before the start: nobody can say what was purged until now. So what others kept before (in Redis, on disk) is stale to this edge: it is
   * validated once, and stands in for a failing origin.
   */
  doubtKept(): void {
    this.#purges.addLocal({ by: 'all', mode: 'soft', againAfterMs: 0 }, this.#ports.clock.wallMs())
    const message = 'no control plane says what was purged; what was kept before this start is validated before it is used'
    this.#ports.log.warn({ event: 'purges-unknown', message })
  }

  /** Puts purges in force at every worker, and at those that will be started. @returns whether all of them go by these */
  async purge(purges: readonly Purge[]): Promise<boolean> {
    for (const purge of purges) this.#purges.add(purge)
    const { seq } = this.#purges
    const workers = [...this.#workers.values(), ...this.#starting]
    const taken = await Promise.all(workers.map((worker) => worker.purge(purges)))
    if (taken.includes(false)) return false
    this.#purgeSeq = Math.max(this.#purgeSeq, seq)
    this.#ports.metrics.gauge('weir_purge_seq').set(this.#purgeSeq)
    return true
  }

  /** Tells every worker what active checks say of peers, and those that will serve soon. */
  health(readings: readonly PeerHealthReading[]): void {
    for (const worker of [...this.#workers.values(), ...this.#starting]) worker.health(readings)
  }

  /** Writes to disk what the edge holds in memory. One worker has it all: they share what they fetch. */
  async keepMemory(): Promise<void> {
    await this.workers[0]?.keepMemory()
  }

  /** What the workers read of themselves. */
  async readings(): Promise<WorkerReading[]> {
    const readings = await Promise.all([...this.#workers.values()].map((worker) => worker.read()))
    return readings.filter((reading) => reading !== null)
  }

  /** The metrics of all workers, living and ended. */
  views(): SlabView[] {
    const living = [...this.#workers.values()].map(({ slab, series }) => ({ slab, series, ended: false }))
    return [...this.#ended, ...living]
  }

  /** The listening sockets of all workers, for who comes after this process. */
  sockets(): { readonly listener: number; readonly fd: number }[] {
    const bound = [...this.#workers.values()].flatMap((worker) => worker.bound)
    return bound.flatMap(({ listener, fd }) => (fd === null ? [] : [{ listener, fd }]))
  }

  /** Lets every worker read its certificates again. */
  reload(): void {
    for (const worker of this.#workers.values()) worker.reload()
  }

  /** Takes no more requests and lets those under way finish until the deadline. */
  async drain(deadlineMs: number): Promise<void> {
    this.#draining = true
    this.#stopRotation()
    await Promise.all([...this.#workers.values()].map((worker) => worker.drain(deadlineMs)))
  }

  #spawn(index: number, places: readonly ListenPlace[]): Promise<void> {
    const { entry, bootstrap, plan, lease } = this.#parts
    const slab = createSlab()
    const told = this.#told!
    const ticketKeys = this.#ticketKeys
    const purges = this.#purges.state()
    const seed = {
      bootstrap,
      index,
      workers: plan.workers,
      places,
      told,
      cells: this.#cells,
      slots: this.#slots,
      turns: this.#turns,
      purges,
      health: this.#parts.health(),
      lease,
      slab,
      ticketKeys,
      memory: this.#memory,
    }
    const startedMs = this.#ports.clock.monotonicMs()
    return new Promise((resolve, reject) => {
      const handle = new WorkerHandle(entry, seed, this.#limits, this.#ports.timers, {
        listening: (bound) => {
          this.#starting.delete(handle)
          // It came too late to be drained with its siblings, and has served nobody yet.
          if (this.#draining) return void handle.end()
          for (const { listener, port } of bound) this.#found.set(listener, port)
          this.#workers.set(index, handle)
          this.#ports.metrics.gauge('weir_workers').set(this.#workers.size)
          this.#catchUp(handle, told)
          if (this.#ticketKeys !== ticketKeys) handle.setTicketKeys(this.#ticketKeys)
          resolve()
        },
        purged: (orders, atMs) => {
          for (const order of orders) this.#purges.addLocal(order, atMs)
          this.#parts.purgedHere(orders)
        },
        failed: (failure) => reject(startFailure(index, failure)),
        ended: (error) => {
          this.#starting.delete(handle)
          reclaimSlots(this.#slots, index)
          const began = this.#workers.get(index) === handle
          this.#afterEnd(handle, error, startedMs, began)
          reject(new EdgeError('INTERNAL', { worker: index, reason: `a worker ended while it started: ${String(error)}` }, error))
        },
      })
      this.#starting.add(handle)
    })
  }

  // Something may have been told while it was starting.
  #catchUp(handle: WorkerHandle, seeded: Told): void {
    if (this.#told === null || this.#told === seeded) return
    const failed = (problem: unknown) =>
      this.#ports.log.error({ event: 'worker-catch-up-failed', worker: handle.index, problem: String(problem) })
    handle.tell(this.#told, 'all').then((problem) => problem === null || failed(problem), failed)
  }

  #afterEnd(handle: WorkerHandle, error: unknown, startedMs: number, began: boolean): void {
    if (!began) return
    this.#workers.delete(handle.index)
    this.#ports.metrics.gauge('weir_workers').set(this.#workers.size)
    this.#ended.push({ slab: handle.slab, series: handle.series, ended: true })
    if (this.#ended.length > MAX_ENDED) this.#ended.shift()
    if (this.#draining) return
    const livedMs = this.#ports.clock.monotonicMs() - startedMs
    if (livedMs > STEADY_MS) this.#failures[handle.index] = 0
    const stack = error instanceof Error ? error.stack : undefined
    this.#ports.log.error({ event: 'worker-ended', worker: handle.index, livedMs: Math.round(livedMs), cause: String(error), stack })
    const places = this.#parts.plan.placesAgain(handle.index, this.#found)
    if (typeof places === 'string')
      return this.#parts.lost(new EdgeError('LISTEN_FAILED', { listen: places, reason: 'the worker that had this socket ended' }, error))
    this.#startAgain(handle.index, places)
  }

  #startAgain(index: number, places: readonly ListenPlace[]): void {
    const { log, metrics, timers } = this.#ports
    const failures = this.#failures[index] ?? 0
    this.#failures[index] = failures + 1
    metrics.counter('weir_worker_restarts_total').add(1)
    timers.after(Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS), () => {
      if (this.#draining) return
      const began = () => log.info({ event: 'worker-serves-again', worker: index, tries: failures + 1 })
      this.#spawn(index, places).then(began, (thrown: unknown) => this.#notStarted(asEdgeError(thrown), index, places))
    })
  }

  #notStarted(fault: EdgeError, index: number, places: readonly ListenPlace[]): void {
    if (this.#draining) return
    this.#ports.log.error({ event: 'worker-start-failed', worker: index, code: fault.code, ...fault.detail })
    // Somebody else has the port by now. While a sibling serves there is time to try again.
    if (fault.code === 'LISTEN_FAILED' && this.#workers.size === 0) return this.#parts.lost(fault)
    this.#startAgain(index, places)
  }

  #rotateKeys(): void {
    this.#ticketKeys = newTicketKeys(this.#ports.random)
    for (const worker of this.#workers.values()) worker.setTicketKeys(this.#ticketKeys)
  }
}

function newTicketKeys(random: Random): Uint8Array {
  return Uint8Array.fromHex(random.hex(TICKET_KEYS_BYTES))
}

function startFailure(worker: number, { code, detail, listen, file }: WorkerFailure): EdgeError {
  const where = { ...(listen === null ? {} : { listen }), ...(file === null ? {} : { file }) }
  return new EdgeError(code as ErrorCode, { worker, ...where, reason: detail })
}
