// One worker as the supervisor holds it: a thread, its slab of metrics, and the questions it has not answered yet.
// A worker that ends, or does not answer within ANSWER_MS, leaves no question open: they are answered with null.
//
// Each has a heap of its own with a limit of its own, so that one that fills it ends alone (ERR_WORKER_OUT_OF_MEMORY) and not by the
// hand of the system, which would end all of them. V8's own flags come first: who sets --max-old-space-size sets it for each worker.

import { type ResourceLimits, Worker } from 'node:worker_threads'
import type { Series } from '../base/metrics.ts'
import type { Timers } from '../base/ports.ts'
import type { Told } from '../config/compile.ts'
import type { AuditProgress, AuditReport, AuditShare } from '../contract/audit.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import type { PeerHealthReading } from '../contract/health.ts'
import type { MirrorReading } from '../contract/mirror-reading.ts'
import type { Purge, PurgeOrder } from '../contract/purge.ts'
import type { RecordTerms } from '../contract/recording.ts'
import { MIB } from '../contract/units.ts'
import type { PoolReading } from '../pipeline/pool-reading.ts'
import type { TakeLines } from '../pipeline/recorder.ts'
import type { WorkerReading } from '../pipeline/worker-reading.ts'
import type { BoundPlace } from './listen-place.ts'
import { type FromWorker, newsOf, type ToldPart, type ToWorker, type WorkerFailure, type WorkerSeed } from './worker-messages.ts'

/** How long a worker may take to answer; compiling the largest site takes a fraction of it. */
const ANSWER_MS = 30_000
/** What a worker gets beyond its drain deadline to close what is behind it. */
const GRACE_MS = 2_000

/** The part of the memory that the heaps may have together; the rest is for bodies, sockets and the system. */
const HEAP_SHARE = 0.5
/** A heap of a worker is not smaller, however little there is: a large site has to fit. */
const SMALLEST_HEAP_MIB = 128
/** Nor larger, which is V8's own limit: collections of more take too long. */
const LARGEST_HEAP_MIB = 4_096
/** How much of new objects is kept before it is looked through; null leaves it to V8. */
const YOUNG_MIB: number | null = null

/** What a worker tells its supervisor. */
export interface WorkerEvents {
  listening(bound: readonly BoundPlace[]): void
  failed(failure: WorkerFailure): void
  /** Something was purged at it. @param atMs wall clock */
  purged(orders: readonly PurgeOrder[], atMs: number): void
  /** The thread is over; `error` when it broke. */
  ended(error: unknown): void
}

/** What the heap of each worker may grow to. @param memoryBytes what the whole process may use */
export function heapLimits(memoryBytes: number, bootstrap: Pick<EdgeBootstrap, 'l1MaxBytes'>, workers: number): ResourceLimits {
  const shareMib = Math.floor(((memoryBytes - bootstrap.l1MaxBytes) * HEAP_SHARE) / workers / MIB)
  const maxOldGenerationSizeMb = Math.min(LARGEST_HEAP_MIB, Math.max(SMALLEST_HEAP_MIB, shareMib))
  return YOUNG_MIB === null ? { maxOldGenerationSizeMb } : { maxOldGenerationSizeMb, maxYoungGenerationSizeMb: YOUNG_MIB }
}

/** A running worker. */
export class WorkerHandle {
  readonly index: number
  readonly slab: SharedArrayBuffer
  readonly series: Series[] = []
  /** What it listens on; nothing before it says so. */
  bound: readonly BoundPlace[] = []
  readonly #worker: Worker
  readonly #open = new Map<number, (answer: FromWorker | null) => void>()
  readonly #timers: Timers
  readonly #ended: Promise<void>
  #audited: ((progress: AuditProgress) => void) | null = null
  #recorded: TakeLines | null = null
  #nextTicket = 1
  #over = false
  #error: unknown = null

  constructor(entry: URL, seed: WorkerSeed, limits: ResourceLimits, timers: Timers, events: WorkerEvents) {
    this.index = seed.index
    this.slab = seed.slab
    this.#timers = timers
    this.#worker = new Worker(entry, { workerData: seed, name: `weir-${seed.index}`, resourceLimits: limits })
    this.#worker.on('message', (message: FromWorker) => this.#take(message, events))
    this.#worker.on('error', (error) => {
      this.#error = error
    })
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#over = true
        for (const answer of this.#open.values()) answer(null)
        this.#open.clear()
        events.ended(this.#error)
        resolve()
      })
    })
  }

  /** Tells the worker something. @returns what is wrong with it, or null when it is in force (or the worker is gone or stuck) */
  async tell(told: Told, part: ToldPart): Promise<string | null> {
    const answer = await this.#ask((ticket) => ({ type: 'told', ticket, ...newsOf(told, part) }))
    return answer?.type === 'applied' ? answer.problem : null
  }

  /** Puts purges in force at the worker. @returns whether it goes by them; so does one that is gone: it serves nobody */
  async purge(purges: readonly Purge[]): Promise<boolean> {
    const answer = await this.#ask((ticket) => ({ type: 'purge', ticket, purges }))
    return answer !== null || this.#over
  }

  /** Tells it what active checks say of peers. */
  health(readings: readonly PeerHealthReading[]): void {
    this.#say({ type: 'health', readings })
  }

  /** What the worker reads of itself; null when it is gone or stuck. */
  async read(): Promise<WorkerReading | null> {
    const answer = await this.#ask((ticket) => ({ type: 'read', ticket }))
    return answer?.type === 'reading' ? answer.reading : null
  }

  /** How it sees its pools; nothing when it is gone or stuck. @param pool only this one; all when null */
  async pools(pool: string | null): Promise<readonly PoolReading[]> {
    const answer = await this.#ask((ticket) => ({ type: 'pools', ticket, pool }))
    return answer?.type === 'pools-read' ? answer.pools : []
  }

  /** What came of its mirrors; nothing when it is gone or stuck. */
  async mirrors(): Promise<readonly MirrorReading[]> {
    const answer = await this.#ask((ticket) => ({ type: 'mirrors', ticket }))
    return answer?.type === 'mirrors-read' ? answer.mirrors : []
  }

  /**
   * Lets it compare a share of what it keeps with its origins; one audit at a time.
   * @param told hears how far it is @returns null when it is gone or stuck
   */
  async audit(share: AuditShare, told: (progress: AuditProgress) => void): Promise<AuditReport | null> {
    this.#audited = told
    const answer = await this.#ask((ticket) => ({ type: 'audit', ticket, share }), share.deadlineMs + ANSWER_MS)
    this.#audited = null
    return answer?.type === 'audited' ? answer.report : null
  }

  /** Ends its audit, whose report comes at once. */
  stopAudit(): void {
    this.#say({ type: 'audit-stop' })
  }

  /** Lets it record what it serves, until `stopRecording`. Resolves when it does, or is gone or stuck. @param take hears of lines as they are made */
  async record(terms: RecordTerms, take: TakeLines): Promise<void> {
    this.#recorded = take
    await this.#ask((ticket) => ({ type: 'record', ticket, terms }))
  }

  /** Ends its recording. Resolves when all its lines are here, or it is gone or stuck. */
  async stopRecording(): Promise<void> {
    await this.#ask((ticket) => ({ type: 'record-stop', ticket }))
    this.#recorded = null
  }

  /** The level of pressure that it has shown last; 0 before it has shown any. */
  get pressure(): number {
    const shown = this.series.find(({ name }) => name === 'weir_pressure')
    return shown === undefined ? 0 : new Float64Array(this.slab)[shown.slot]!
  }

  /** Lets it write what it holds in memory to disk. Resolves when that is done, or it is gone or stuck. */
  async keepMemory(): Promise<void> {
    await this.#ask((ticket) => ({ type: 'keep-memory', ticket }))
  }

  /** Lets it read again what it has from files beside its configuration: certificates. */
  reload(): void {
    this.#say({ type: 'reload' })
  }

  /** Gives it other keys for session tickets. */
  setTicketKeys(keys: Uint8Array): void {
    this.#say({ type: 'ticket-keys', keys })
  }

  /** Lets requests finish until the deadline, then ends the thread. */
  async drain(deadlineMs: number): Promise<void> {
    this.#say({ type: 'drain', deadlineMs })
    const cancel = this.#timers.after(deadlineMs + GRACE_MS, () => this.#terminate())
    await this.#ended
    cancel()
  }

  /** Ends the thread at once. */
  end(): Promise<void> {
    this.#terminate()
    return this.#ended
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #terminate(): void {
    // The exit itself is what #ended waits for.
    this.#worker.terminate().catch((error: unknown) => {
      this.#error ??= error
    })
  }

  #ask(make: (ticket: number) => ToWorker, withinMs = ANSWER_MS): Promise<FromWorker | null> {
    const ticket = this.#nextTicket
    this.#nextTicket += 1
    return new Promise((resolve) => {
      const cancel = this.#timers.after(withinMs, () => this.#open.get(ticket)?.(null))
      this.#open.set(ticket, (answer) => {
        cancel()
        this.#open.delete(ticket)
        resolve(answer)
      })
      this.#say(make(ticket))
    })
  }

  #take(message: FromWorker, events: WorkerEvents): void {
    switch (message.type) {
      case 'listening':
        this.bound = message.bound
        return events.listening(message.bound)
      case 'failed':
        events.failed(message)
        return this.#terminate()
      case 'series':
        this.series.push(message.series)
        return
      case 'purged-here':
        return events.purged(message.orders, message.atMs)
      case 'recorded':
        return this.#recorded?.(message.lines, message.dropped)
      case 'auditing':
        return this.#audited?.(message.progress)
      case 'drained':
        return this.#terminate()
      default:
        this.#open.get(message.ticket)?.(message)
    }
  }
}
