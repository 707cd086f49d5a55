// The consumer of the stream of changes: reads a batch, has it purged, acknowledges it, and begins again. An entry is acknowledged when
// its purges are in the log, and not before: whoever ends in between leaves it to the next one.
//
// What goes wrong, and what then happens:
// - an entry that can never be used goes to the dead letters at once, with the reason;
// - an entry that makes its consumers fail or end is tried `maxTries` times, alone, and goes to the dead letters then;
// - a purge log that cannot be written keeps the batch waiting: that is no fault of any entry;
// - Redis away: tried again with jitter; what was delivered and not acknowledged is taken up first.

import { EdgeError } from '../../edge/base/edge-error.ts'
import type { Clock, Log, Metrics, Random, Timers } from '../../edge/base/ports.ts'
import { faultCode, replyCode } from '../../edge/base/redis-connection.ts'
import type { ChangeStreamConfig } from '../../edge/contract/changes.ts'
import { ITSELF } from '../domain/audit.ts'
import type { ChangeDesk, TakenChanges } from './change-desk.ts'
import type { Burial, ChangeStream, StreamEntry, StreamMeasure } from './change-stream.ts'
import { Pause } from './pause.ts'
import { type ReadableEntry, readEntries, verdictsOn } from './read-entries.ts'

/** What a consumer works with. */
export interface ConsumerTools {
  readonly stream: ChangeStream
  readonly desk: ChangeDesk
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
}

/** How the reading of a stream stands. */
export interface ConsumerState extends StreamMeasure {
  /** `up` while Redis answers. */
  readonly state: 'up' | 'down'
  readonly sinceMs: number
  /** What went wrong last; null when nothing did since it was up. */
  readonly lastFault: string | null
}

const MEASURE_EVERY_MS = 1_000
const CAUSE = { actor: ITSELF, reason: 'change stream' }
/** Faults kept by entry, for the reason of its dead letter. */
const MAX_FAULTS = 1_000

/** Reads the stream of changes until it is closed. */
export class StreamConsumer {
  readonly #tools: ConsumerTools
  readonly #config: ChangeStreamConfig
  readonly #pause: Pause
  readonly #faults = new Map<string, string>()
  #done: Promise<void> = Promise.resolve()
  #closed = false
  #state: ConsumerState
  #measuredAtMs = Number.NEGATIVE_INFINITY
  #claimedAtMs: number

  constructor(config: ChangeStreamConfig, tools: ConsumerTools) {
    this.#config = config
    this.#tools = tools
    this.#pause = new Pause(tools)
    this.#state = { state: 'down', sinceMs: tools.clock.wallMs(), lastFault: null, lag: 0, pending: 0, deadLetters: 0 }
    this.#claimedAtMs = tools.clock.monotonicMs()
    tools.metrics.gauge('weir_changes_stream_state').set(0)
  }

  /** Begins to read; once. */
  start(): void {
    this.#done = this.#run()
  }

  /** How it stands. */
  get state(): ConsumerState {
    return this.#state
  }

  /** Finishes the batch in hand and ends. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true
    this.#pause.end()
    const { stream } = this.#tools
    await stream.wake().catch(() => {}) // A read ends by itself soon.
    await this.#done
    if (this.#config.consumer === undefined) await stream.leave().catch(() => {}) // A name too many does no harm.
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#tools.stream.prepare()
        this.#tell('up', null)
        await this.#resume()
        while (!this.#closed) await this.#turn()
      } catch (cause) {
        if (this.#closed) return
        this.#tell('down', replyCode(cause) ?? faultCode(cause))
        await this.#pause.next()
      }
    }
  }

  /** What this consumer was given before the connection broke comes first. */
  async #resume(): Promise<void> {
    for (let after: string | null = null; !this.#closed; ) {
      const ids: readonly string[] = await this.#tools.stream.held(after)
      await this.#again(ids)
      const last = ids.at(-1)
      if (last === undefined) return
      after = last
    }
  }

  async #turn(): Promise<void> {
    const { stream, clock } = this.#tools
    await this.#measure()
    if (clock.monotonicMs() - this.#claimedAtMs >= this.#config.claimIdleMs / 2) {
      this.#claimedAtMs = clock.monotonicMs()
      const { ids, lost } = await stream.claim()
      this.#lost(lost)
      await this.#again(ids)
    }
    if (this.#closed) return
    const entries = await stream.read()
    if (entries.length > 0) await this.#handle(entries, new Map())
  }

  /** Entries that were delivered before are tried alone: one of them may be what made its consumer fail. */
  async #again(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.#closed) return
      const { entry, tries } = await this.#tools.stream.again(id)
      if (entry === null) this.#lost(1)
      else await this.#handle([entry], new Map([[id, tries]]))
    }
  }

  #lost(count: number): void {
    if (count === 0) return
    const { log, metrics } = this.#tools
    metrics.counter('weir_changes_lost_total').add(count)
    log.error({ event: 'changes-lost', count, reason: 'trimmed from the stream before they were purged' })
  }

  async #handle(entries: readonly StreamEntry[], tries: ReadonlyMap<string, number>): Promise<void> {
    const { readable, burials } = readEntries(entries, tries, this.#config, (id) => this.#faults.get(id))
    await this.#bury(burials)
    if (readable.length > 0) await this.#purge(readable)
  }

  async #purge(batch: readonly ReadableEntry[]): Promise<void> {
    const taken = await this.#take(batch.flatMap(({ items }) => items))
    if (taken === 'stopped') return
    if (!(taken instanceof Error)) {
      const { done, dead } = verdictsOn(batch, taken.outcomes)
      await this.#tools.stream.acknowledge(done)
      return this.#bury(dead)
    }
    if (batch.length === 1) return this.#failed(batch[0]!.entry, taken)
    for (const each of batch) await this.#purge([each])
  }

  /** @returns an Error when it was no fault of the purge log: then it is the batch */
  async #take(items: readonly unknown[]): Promise<TakenChanges | Error | 'stopped'> {
    while (!this.#closed) {
      try {
        const taken = await this.#tools.desk.take(items, CAUSE)
        this.#pause.reset()
        return taken
      } catch (cause) {
        if (!(cause instanceof EdgeError)) return cause instanceof Error ? cause : new Error(String(cause))
        this.#tools.log.error({ event: 'changes-wait', code: cause.code, count: items.length })
        this.#state = { ...this.#state, lastFault: cause.code }
        await this.#pause.next()
      }
    }
    return 'stopped'
  }

  // Not acknowledged: it comes again when it has been idle for long enough, and goes to the dead letters when it fails each time.
  #failed({ id }: StreamEntry, cause: Error): void {
    this.#tools.log.error({ event: 'change-failed', entry: id, cause: String(cause.stack ?? cause) })
    if (this.#faults.size >= MAX_FAULTS) this.#faults.clear()
    this.#faults.set(id, String(cause))
  }

  async #bury(burials: readonly Burial[]): Promise<void> {
    if (burials.length === 0) return
    const { stream, clock, log, metrics } = this.#tools
    await stream.bury(burials, clock.wallMs())
    for (const { entry, cause, reason } of burials) {
      this.#faults.delete(entry.id)
      metrics.counter('weir_changes_dead_total', [cause]).add(1)
      log.warn({ event: 'change-dead', entry: entry.id, cause, reason })
    }
  }

  async #measure(): Promise<void> {
    const { stream, clock, metrics } = this.#tools
    if (clock.monotonicMs() - this.#measuredAtMs < MEASURE_EVERY_MS) return
    this.#measuredAtMs = clock.monotonicMs()
    const measure = await stream.measure()
    this.#state = { ...this.#state, ...measure }
    metrics.gauge('weir_changes_lag').set(measure.lag)
    metrics.gauge('weir_changes_dead_letters').set(measure.deadLetters)
  }

  #tell(state: 'up' | 'down', lastFault: string | null): void {
    const { clock, log, metrics } = this.#tools
    metrics.gauge('weir_changes_stream_state').set(state === 'up' ? 1 : 0)
    const changed = state !== this.#state.state
    this.#state = { ...this.#state, state, lastFault, ...(changed ? { sinceMs: clock.wallMs() } : {}) }
    if (state === 'up') this.#pause.reset()
    if (changed) log[state === 'up' ? 'info' : 'warn']({ event: `changes-${state}`, stream: this.#config.stream, cause: lastFault ?? '' })
  }
}
