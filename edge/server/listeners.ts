// All that a worker listens at: opens the sockets dealt to it, counts and bounds connections, and holds each for its deadlines and
// for the drain. What a connection goes through at which listener is in `door.ts`.

import type { Socket } from 'node:net'
import type { Abort } from '../base/abort.ts'
import type { Clock, Files, Gauge, Log, Metrics, Timers } from '../base/ports.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { ConnectionMemory } from '../pipeline/connection-memory.ts'
import type { Incoming, Reply } from '../pipeline/exchange.ts'
import { ConnectionCount, type CountRefusal } from './connection-count.ts'
import type { ConnectionHost, HeldConnection } from './connection-host.ts'
import { DateLine } from './date-line.ts'
import { Door } from './door.ts'
import type { BoundPlace, ListenPlace } from './listen-place.ts'
import { type ListeningSocket, openListeningSocket } from './listening-socket.ts'
import { PlainSocket } from './plain-socket.ts'
import { rawRefusal } from './refusal.ts'

/** How often connections are looked at; no deadline is more exact than this. */
const SWEEP_MS = 250
/** The pressure at which nothing new is accepted. */
const FULL_PRESSURE = 4

/** What listeners need. */
export interface ListenersOptions {
  readonly bootstrap: EdgeBootstrap
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly metrics: Metrics
  readonly files: Files
  readonly onRequest: (incoming: Incoming, reply: Reply, wanted: Abort) => void
  readonly onFault: (code: ErrorCode) => void
  /** Whether an address speaks for many clients (a trusted proxy of the site): its connections are not bounded by address. */
  readonly isTrusted: (address: string) => boolean
  readonly pressure: { readonly level: number }
}

/** All listeners of one worker. */
export class Listeners implements ConnectionHost {
  readonly bootstrap: EdgeBootstrap
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly metrics: Metrics
  readonly onRequest: ListenersOptions['onRequest']
  readonly onFault: ListenersOptions['onFault']
  readonly #options: ListenersOptions
  readonly #doors: readonly Door[]
  readonly #count: ConnectionCount
  readonly #open: Gauge
  readonly #held = new Set<HeldConnection>()
  readonly #date = new DateLine()
  #sockets: ListeningSocket[] = []
  #draining = false
  /** Resolves when a drain has nothing left to wait for. */
  readonly #empty = Promise.withResolvers<void>()

  /** @throws EdgeError CONFIG_UNREADABLE, CONFIG_INVALID when a certificate cannot be used */
  constructor(options: ListenersOptions) {
    const { bootstrap, clock, timers, log, metrics } = options
    this.#options = options
    this.bootstrap = bootstrap
    this.clock = clock
    this.timers = timers
    this.log = log
    this.metrics = metrics
    this.onRequest = options.onRequest
    this.onFault = options.onFault
    this.#count = new ConnectionCount(bootstrap.maxConnections, bootstrap.maxConnectionsPerAddress)
    this.#open = metrics.gauge('weir_connections')
    this.#doors = [{ address: bootstrap.listen }, ...bootstrap.listeners].map((listener) => new Door(listener, this, options.files))
    timers.every(SWEEP_MS, () => this.#sweep())
  }

  get dateLine(): string {
    return this.#date.at(this.clock.wallMs())
  }

  get draining(): boolean {
    return this.#draining
  }

  /** Opens the sockets dealt to this worker. @throws EdgeError LISTEN_FAILED, CONFIG_UNREADABLE, CONFIG_INVALID */
  async listen(places: readonly ListenPlace[]): Promise<readonly BoundPlace[]> {
    await Promise.all(this.#doors.map((door) => door.load()))
    const bound: BoundPlace[] = []
    for (const place of places) {
      const door = this.#doors[place.listener]!
      const socket = await openListeningSocket(door.address, place, (taken) => this.#take(taken, door), this.log)
      this.#sockets.push(socket)
      bound.push(socket.bound)
    }
    return bound
  }

  /** Reads certificates again; what cannot be used is said in the log, and the old ones stay. */
  async reload(): Promise<void> {
    await Promise.all(this.#doors.map((door) => door.reload()))
  }

  /** Keys of session tickets, 48 bytes, the same at all workers. */
  setTicketKeys(keys: Uint8Array): void {
    for (const door of this.#doors) door.setTicketKeys(keys)
  }

  /** Takes no more connections, lets requests finish until the deadline, then cuts. */
  async drain(deadlineMs: number): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket.close()))
    this.#draining = true
    const stopDeadline = this.timers.after(deadlineMs, () => {
      for (const connection of this.#held) connection.destroy()
    })
    for (const connection of this.#held) connection.drain()
    if (this.#held.size === 0) this.#empty.resolve()
    await this.#empty.promise
    stopDeadline()
    for (const door of this.#doors) door.close()
  }

  add(connection: HeldConnection): void {
    this.#held.add(connection)
    if (this.#draining) connection.drain()
  }

  remove(connection: HeldConnection): void {
    this.#held.delete(connection)
    if (this.#draining && this.#held.size === 0) this.#empty.resolve()
  }

  #take(accepted: Socket, door: Door): void {
    const socket = door.plain ? PlainSocket.of(accepted) : accepted
    const address = socket.remoteAddress ?? ''
    // An error that nobody listens to would end the worker.
    socket.on('error', () => socket.destroy())
    const refusal = this.#refusal(address, door)
    if (refusal !== null) return this.#turnAway(socket, refusal)
    this.#open.add(1)
    socket.once('close', () => {
      this.#open.add(-1)
      this.#count.leave(address)
    })
    door.take(socket, { address, scheme: 'http', certificate: null, memory: new ConnectionMemory() })
  }

  #refusal(address: string, door: Door): CountRefusal | 'overload' | null {
    if (this.#options.pressure.level >= FULL_PRESSURE) return 'overload'
    const forMany = address === '' || door.speaksForMany(address) || this.#options.isTrusted(address)
    return this.#count.enter(address, forMany ? 'no' : 'yes')
  }

  // Told in plain words where that costs nothing; a client that does not read them is not waited for.
  #turnAway(socket: Socket, reason: string): void {
    this.metrics.counter('weir_connections_refused_total', [reason]).add(1)
    this.onFault('OVERLOADED')
    socket.end(rawRefusal('OVERLOADED'), 'latin1')
    socket.destroySoon()
  }

  #sweep(): void {
    const nowMs = this.clock.monotonicMs()
    for (const connection of this.#held) connection.sweep(nowMs)
  }
}
