// The stream to the control plane: says what this edge has, takes what is new, and answers to each. When nobody answers it tries again
// with full jitter, and the edge goes on with what it has.
//
// States: waiting (for the next try) → opening → open → waiting …, until it is stopped.

import type { Cancel, LineStream, Ports } from '../base/ports.ts'
import type { PurgeLease } from '../cache/purge-lease.ts'
import { digestOf } from '../contract/canonical-json.ts'
import type { Problem } from '../contract/problem.ts'
import type { Purge, PurgeOrder } from '../contract/purge.ts'
import { validate } from '../contract/validate.ts'
import {
  BEAT_EVERY_MS,
  CONTRACT,
  type FromControl,
  FromControlSchema,
  type FromEdge,
  MAX_LINE_BYTES,
  SILENCE_MS,
  STREAM_PATH,
} from '../contract/wire.ts'
import type { Loader } from './loader.ts'

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000
const CONNECT_TIMEOUT_MS = 5_000

/** Who this edge is. */
export interface Identity {
  readonly edgeId: string
  readonly build: string
  readonly startedAtMs: number
}

/** What an edge says of itself with each beat. */
export type BeatReading = Omit<Extract<FromEdge, { type: 'beat' }>, 'type' | 'have'>

/** What puts purges in force, and knows how current they are. */
export interface PurgeSink {
  /** The highest purge in force. */
  readonly purgeSeq: number
  /** Puts purges in force everywhere. @returns whether they are */
  purge(purges: readonly Purge[]): Promise<boolean>
}

/** What a control plane is followed with. */
export interface Followers {
  readonly loader: Loader
  readonly purges: PurgeSink
  readonly lease: PurgeLease
  readonly reading: () => Promise<BeatReading>
}

/** Beats without news of how current the purges are, after which this edge takes itself for cut off. */
const BEATS_TO_CUT_OFF = 3

/** Follows a control plane. */
export class ControlSource {
  readonly #target: { readonly url: string; readonly token: string }
  readonly #identity: Identity
  readonly #loader: Loader
  readonly #purges: PurgeSink
  readonly #lease: PurgeLease
  readonly #ports: Ports
  readonly #reading: () => Promise<BeatReading>
  readonly #caughtUp = Promise.withResolvers<boolean>()
  #stream: LineStream | null = null
  #stopBeat: Cancel = () => {}
  #stopWatch: Cancel = () => {}
  /** Whether all purges that were heard are in force. */
  #purging: Promise<boolean> = Promise.resolve(true)
  #lateBeats = 0
  #stopRetry: Cancel = () => {}
  #heardMs = 0
  #failures = 0
  #stopped = false
  #connected = false

  constructor(
    target: { readonly url: string; readonly token: string },
    identity: Identity,
    { loader, purges, lease, reading }: Followers,
    ports: Ports,
  ) {
    this.#target = target
    this.#identity = identity
    this.#loader = loader
    this.#purges = purges
    this.#lease = lease
    this.#reading = reading
    this.#ports = ports
  }

  /** Resolves with true once all purges are in force that the control plane had at the first hello, with false when it does not answer. */
  get caughtUp(): Promise<boolean> {
    return this.#caughtUp.promise
  }

  /** Whether the control plane is heard. */
  get connected(): boolean {
    return this.#connected
  }

  /** Begins to follow. */
  start(): void {
    this.#stopWatch = this.#ports.timers.every(BEAT_EVERY_MS, () => this.#watchLease())
    this.#connect()
  }

  #connect(): void {
    if (this.#stopped) return
    this.#note(false)
    const url = `${this.#target.url.replace(/\/$/, '')}${STREAM_PATH}`
    const options = { token: this.#target.token, maxLineBytes: MAX_LINE_BYTES, connectTimeoutMs: CONNECT_TIMEOUT_MS }
    const stream = this.#ports.dial.lines(url, options, {
      open: () => this.#opened(),
      line: (text) => this.#take(text),
      close: (reason) => this.#closed(reason),
    })
    this.#stream = stream
    // The first line goes out with the request: the control plane answers to it.
    const have = { ...this.#have(), ...this.#digest() }
    this.#send({ type: 'hello', ...this.#identity, contract: CONTRACT, sentAtMs: this.#ports.clock.wallMs(), have })
  }

  /** Has purged everywhere what was purged here; without an open stream it stays here, and the log says so. */
  order(purges: readonly PurgeOrder[]): void {
    if (this.#connected) return this.#send({ type: 'orders', purges: [...purges] })
    this.#ports.log.warn({ event: 'purge-stays-here', count: purges.length })
  }

  /** Follows no longer. */
  stop(): void {
    this.#stopped = true
    this.#stopWatch()
    this.#stopRetry()
    this.#stream?.close()
  }

  #opened(): void {
    this.#heardMs = this.#ports.clock.monotonicMs()
    this.#note(true)
    // Whatever was purged while nobody could say so is about to be told.
    this.#lease.suspend()
    this.#lateBeats = 0
    this.#ports.log.info({ event: 'control-connected', url: this.#target.url })
    this.#stopBeat = this.#ports.timers.every(BEAT_EVERY_MS, () => this.#beat())
  }

  #closed(reason: string): void {
    this.#stopBeat()
    this.#stream = null
    // Nobody answers: what is known has to do. One that just went is given the time to come back.
    if (!this.#connected && !this.#lease.holds(this.#ports.clock.wallMs())) this.#lease.release()
    this.#caughtUp.resolve(false)
    if (this.#connected || this.#failures === 0) this.#ports.log.warn({ event: 'control-lost', url: this.#target.url, reason })
    this.#note(false)
    if (this.#stopped) return
    // Full jitter: a control plane that comes back is not met by its whole fleet at once.
    const ceilingMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS)
    this.#failures = Math.min(this.#failures + 1, 16)
    this.#stopRetry = this.#ports.timers.after(Math.ceil(this.#ports.random.next() * ceilingMs), () => this.#connect())
  }

  #beat(): void {
    if (this.#ports.clock.monotonicMs() - this.#heardMs > SILENCE_MS) return this.#stream?.close()
    const sentAtMs = this.#ports.clock.wallMs()
    this.#reading().then(
      (reading) => this.#send({ type: 'beat', have: this.#have(), sentAtMs, ...reading }),
      (cause: unknown) => this.#ports.log.warn({ event: 'beat-failed', cause: String(cause) }),
    )
  }

  #take(text: string): void {
    this.#heardMs = this.#ports.clock.monotonicMs()
    // Only a word counts as success: one that takes streams and drops them at once is not asked ever faster.
    this.#failures = 0
    const message = this.#parse(text)
    if (message === null) return
    if (message.type === 'beat') return this.#hearBeat(message.echoAtMs)
    this.#obey(message).catch((cause: unknown) => this.#ports.log.error({ event: 'control-message-failed', cause: String(cause) }))
  }

  // What cannot be read is dropped and logged: a newer control plane may know messages that this edge does not.
  #parse(text: string): FromControl | null {
    try {
      const read: unknown = JSON.parse(text)
      // The site is validated by the loader, which answers with all its problems.
      if (isPublish(read)) return read
      const message = validate(FromControlSchema, read)
      if (message.ok) return message.value
      this.#ports.log.warn({ event: 'control-message-dropped', problems: message.problems.slice(0, 3) })
    } catch (cause) {
      this.#ports.log.warn({ event: 'control-message-dropped', cause: String(cause) })
    }
    return null
  }

  // All purges up to then stand before this line; it is worth as much as they are in force.
  #hearBeat(echoAtMs: number | undefined): void {
    if (echoAtMs === undefined) return
    const renew = (inForce: boolean) => {
      if (!inForce || this.#stopped) return
      this.#lease.renew(echoAtMs)
      this.#lateBeats = 0
      this.#caughtUp.resolve(true)
    }
    this.#purging.then(renew, (cause: unknown) => this.#ports.log.error({ event: 'purge-failed', cause: String(cause) }))
  }

  // Counted in beats of our own: a process that was stopped has made none meanwhile, and is not cut off for that.
  #watchLease(): void {
    if (this.#lease.holds(this.#ports.clock.wallMs())) {
      this.#lateBeats = 0
      return
    }
    this.#lateBeats += 1
    if (this.#lateBeats < BEATS_TO_CUT_OFF) return
    this.#lease.release()
    this.#ports.log.warn({ event: 'purges-unknown', message: 'cut off from the control plane: what it purges meanwhile is served on here' })
  }

  async #obey(message: Exclude<FromControl, { type: 'beat' }>): Promise<void> {
    if (message.type === 'purge') return this.#purge(message.purges)
    // At a hello, what was purged comes first.
    const { resolve } = this.#caughtUp
    this.#purging.then(resolve, () => resolve(false))
    if (message.type === 'publish')
      return this.#answer('publish', message.publication.revision, await this.#loader.publication(message.publication))
    if (message.type === 'switches')
      return this.#answer('switches', message.switchboard.seq, await this.#loader.switchboard(message.switchboard))
    this.#answer('endpoints', message.endpoints.seq, await this.#loader.endpoints(message.endpoints))
  }

  async #purge(purges: readonly Purge[]): Promise<void> {
    const { seq } = purges.at(-1)!
    const inForce = this.#purges.purge(purges)
    this.#purging = Promise.all([this.#purging, inForce]).then(([before, now]) => before && now)
    if (await inForce) return this.#answer('purge', seq, [])
    this.#answer('purge', seq, [{ pointer: '', message: 'a worker does not answer' }])
  }

  #answer(what: 'purge' | 'publish' | 'switches' | 'endpoints', seq: number, problems: readonly Problem[]): void {
    if (problems.length === 0) this.#send({ type: 'ack', what, seq, atMs: this.#ports.clock.wallMs() })
    else this.#send({ type: 'nack', what, seq, problems: problems.slice(0, 100) })
  }

  #have() {
    const told = this.#loader.told
    const { purgeSeq } = this.#purges
    return { revision: told?.revision ?? 0, switchSeq: told?.switchboard.seq ?? 0, endpointSeq: told?.endpoints.seq ?? 0, purgeSeq }
  }

  // The number alone does not say which site is meant: a file or a control plane that began anew counts from one too.
  #digest(): { readonly digest?: string } {
    const told = this.#loader.told
    return told === null ? {} : { digest: digestOf(told.site) }
  }

  #send(message: FromEdge): void {
    this.#stream?.send(JSON.stringify(message))
  }

  #note(connected: boolean): void {
    this.#connected = connected
    this.#ports.metrics.gauge('weir_control_connected').set(connected ? 1 : 0)
  }
}

function isPublish(read: unknown): read is Extract<FromControl, { type: 'publish' }> {
  if (typeof read !== 'object' || read === null || (read as { type?: unknown }).type !== 'publish') return false
  const { publication } = read as { publication?: { revision?: unknown; digest?: unknown; site?: unknown } }
  return (
    typeof publication === 'object' &&
    publication !== null &&
    Number.isInteger(publication.revision) &&
    typeof publication.digest === 'string'
  )
}
