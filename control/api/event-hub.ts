// Live news for consoles as server-sent events. An event says what is new, in short; who wants all of it asks the API.
// What edges say comes in floods, so it is told at most twice a second.

import type { Cancel, Timers } from '../../edge/base/ports.ts'
import { MIB } from '../../edge/contract/units.ts'
import { summaryOf } from '../domain/revision.ts'
import type { Change, Publisher } from '../push/publisher.ts'

/** The most subscribers at once. */
export const MAX_SUBSCRIBERS = 100
/** Bytes that may wait for a subscriber; one that is further behind is let go, and begins anew. */
export const MAX_BEHIND_BYTES = MIB
/** How often news of edges is told at most. */
export const EDGES_EVERY_MS = 500
/** How often something is said at least, so that proxies in between keep the connection. */
export const COMMENT_EVERY_MS = 15_000

/** The connection of a subscriber. */
export interface Subscriber {
  /** The id of its token. */
  readonly tokenId: string
  write(text: string): unknown
  waitingBytes(): number
  close(): void
}

/** All subscribers. */
export class EventHub {
  readonly #publisher: Publisher
  readonly #subscribers = new Set<Subscriber>()
  readonly #stops: readonly Cancel[]
  #edgesChanged = false

  constructor(publisher: Publisher, timers: Timers) {
    this.#publisher = publisher
    this.#stops = [
      publisher.onChange((change) => this.#changed(change)),
      timers.every(EDGES_EVERY_MS, () => this.#tellEdges()),
      timers.every(COMMENT_EVERY_MS, () => this.#broadcast(': still here\n\n')),
    ]
  }

  /** Whether there are as many subscribers as there may be. */
  get full(): boolean {
    return this.#subscribers.size >= MAX_SUBSCRIBERS
  }

  /** Takes a subscriber in and tells it how things stand; one too many is let go at once. */
  add(subscriber: Subscriber): void {
    if (this.full) return subscriber.close()
    this.#subscribers.add(subscriber)
    for (const change of ['publish', 'switches', 'endpoints', 'edges'] as const) subscriber.write(this.#eventOf(change))
  }

  /** Tells that something of discovery began to be held, or is held no more. @param held how many services now */
  holds(held: number): void {
    this.#broadcast(event('holds', { held }))
  }

  /** Lets a subscriber go. */
  remove(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber)) subscriber.close()
  }

  /** Lets go of who came with a token. */
  removeToken(tokenId: string): void {
    for (const subscriber of [...this.#subscribers]) if (subscriber.tokenId === tokenId) this.remove(subscriber)
  }

  /** Lets all subscribers go. */
  close(): void {
    for (const stop of this.#stops) stop()
    for (const subscriber of [...this.#subscribers]) this.remove(subscriber)
  }

  #changed(change: Change): void {
    if (change === 'edges') this.#edgesChanged = true
    else this.#broadcast(this.#eventOf(change))
  }

  #tellEdges(): void {
    if (!this.#edgesChanged) return
    this.#edgesChanged = false
    this.#broadcast(this.#eventOf('edges'))
  }

  #broadcast(text: string): void {
    for (const subscriber of [...this.#subscribers]) {
      if (subscriber.waitingBytes() > MAX_BEHIND_BYTES) this.remove(subscriber)
      else subscriber.write(text)
    }
  }

  #eventOf(change: Change): string {
    const { fleet, standing } = this.#publisher
    if (change === 'publish') return event('revision', standing.publication ? summaryOf(standing.publication) : { revision: 0 })
    if (change === 'switches') return event('switchboard', standing.switchboard)
    if (change === 'endpoints') return event('endpoints', { seq: standing.endpoints.seq })
    if (change === 'purge') return event('purges', { seq: this.#publisher.purgeSeq })
    return event('edges', { connected: fleet.connected })
  }
}

function event(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
