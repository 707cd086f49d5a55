// Holds the workers: starts them on one port, tells them what changed, starts again who ended by itself, and drains them.
//
// Invariant: what `tell` was last given is what a worker that starts later begins with. A worker that keeps ending is started again
// with growing pauses; its siblings serve on meanwhile.

import { EdgeError } from '../base/edge-error.ts'
import type { SlabView } from '../base/exposition.ts'
import { createSlab } from '../base/metrics.ts'
import type { Ports } from '../base/ports.ts'
import { allocateCells } from '../base/shared-cells.ts'
import type { Told } from '../config/compile.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { WorkerHandle } from './worker-handle.ts'
import type { ToldPart, WorkerReading } from './worker-messages.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** How long a worker must live for its next end to count as the first again. */
const STEADY_MS = 30_000
/** Slabs of ended workers kept for their counts; older ones are let go. */
const MAX_ENDED = 64

/** Holds the workers of an edge. */
export class Supervisor {
  readonly #entry: URL
  readonly #bootstrap: EdgeBootstrap
  readonly #ports: Ports
  readonly #count: number
  readonly #cells: SharedArrayBuffer
  readonly #workers = new Map<number, WorkerHandle>()
  readonly #ended: SlabView[] = []
  readonly #failures: number[] = []
  #told: Told | null = null
  #port: number | null = null
  #draining = false

  /** @param entry the module that a worker runs @param count workers to hold, 1 or more */
  constructor(entry: URL, bootstrap: EdgeBootstrap, count: number, ports: Ports) {
    this.#entry = entry
    this.#bootstrap = bootstrap
    this.#count = count
    this.#ports = ports
    this.#cells = allocateCells(bootstrap.limitCells, ports.random)
  }

  /** Starts all workers with their first configuration. @returns the port they listen on @throws EdgeError LISTEN_FAILED, INTERNAL */
  async start(told: Told): Promise<number> {
    this.#told = told
    // The first finds the port; the others share it.
    this.#port = await this.#spawn(0)
    for (let index = 1; index < this.#count; index += 1) await this.#spawn(index)
    return this.#port
  }

  /** Workers that serve. */
  get serving(): number {
    return this.#workers.size
  }

  /** Puts something new in force at every worker. @returns what is wrong with it, if a worker could not take it */
  async tell(told: Told, part: ToldPart): Promise<string | null> {
    this.#told = told
    const problems = await Promise.all([...this.#workers.values()].map((worker) => worker.tell(told, part)))
    return problems.find((problem) => problem !== null) ?? null
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

  /** Takes no more requests and lets those under way finish until the deadline. */
  async drain(deadlineMs: number): Promise<void> {
    this.#draining = true
    await Promise.all([...this.#workers.values()].map((worker) => worker.drain(deadlineMs)))
  }

  #spawn(index: number): Promise<number> {
    const slab = createSlab()
    const seed = { bootstrap: this.#bootstrap, index, workers: this.#count, port: this.#port, told: this.#told!, cells: this.#cells, slab }
    const startedMs = this.#ports.clock.monotonicMs()
    return new Promise((resolve, reject) => {
      const handle = new WorkerHandle(this.#entry, seed, this.#ports.timers, {
        listening: (port) => {
          // It came too late to be drained with its siblings, and has served nobody yet.
          if (this.#draining) return void handle.end()
          this.#workers.set(index, handle)
          this.#ports.metrics.gauge('weir_workers').set(this.#workers.size)
          this.#catchUp(handle, seed.told)
          resolve(port)
        },
        failed: (code, detail) => reject(new EdgeError(code as ErrorCode, { worker: index, listen: this.#bootstrap.listen, detail })),
        ended: (error) => {
          const began = this.#workers.get(index) === handle
          this.#afterEnd(handle, error, startedMs, began)
          reject(new EdgeError('INTERNAL', { worker: index, reason: `a worker ended while it started: ${String(error)}` }, error))
        },
      })
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
    const failures = livedMs > STEADY_MS ? 0 : (this.#failures[handle.index] ?? 0)
    this.#failures[handle.index] = failures + 1
    this.#ports.metrics.counter('weir_worker_restarts_total').add(1)
    this.#ports.log.error({ event: 'worker-ended', worker: handle.index, livedMs: Math.round(livedMs), cause: String(error) })
    this.#respawn(handle.index, Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS))
  }

  #respawn(index: number, pauseMs: number): void {
    this.#ports.timers.after(pauseMs, () => {
      if (this.#draining) return
      this.#spawn(index).catch((error: unknown) => {
        this.#ports.log.error({ event: 'worker-start-failed', worker: index, cause: String(error) })
        this.#respawn(index, LONGEST_PAUSE_MS)
      })
    })
  }
}
