// Turns among the workers of one edge, in memory that they share: without Redis, or where each edge fetches for itself, a page is fetched once by
// the edge and not once by each worker. What the others wait for comes to them as what a sibling has filled.
//
// A slot is one 64-bit word, changed by compare-and-exchange alone: a tag of the key, what its fetch has come to, and until when that counts (wall
// clock). A slot taken by another key sends who asks alone: that costs a fetch, and nothing else. A worker that dies holds its turn for LEASE_MS.

import type { Cancel, Clock, Random, Timers } from '../base/ports.ts'
import type { FillEnded, FillInTurn, FillTurn, FillTurns, Turn } from './fill-turn.ts'
import { fingerprintOf } from './fingerprint.ts'

const SLOTS = 8_192
const LEASE_MS = 3_000
const RENEW_MS = 1_000
/** Once its head is here an answer is nearly whole, or it is long: who has to wait for it longer than this does better by fetching it too. */
const ARRIVING_MS = 250
const FIRST_POLL_MS = 4
const MAX_POLL_MS = 50
/** How long the end of a fetch is told; who has just missed asks within it. */
const TOLD_MS = 1_000
/** What a sibling has filled is on its way for so long. */
const DELIVERY_MS = 15

const STATES = ['held', 'stored', 'uncacheable', 'failed', 'arriving'] as const
type State = (typeof STATES)[number]
const UNTIL_BITS = 41n
const UNTIL_MASK = (1n << UNTIL_BITS) - 1n
const STATE_BITS = 3n
const TAG_BITS = 20

/** Memory for the turns of one edge. */
export function allocateTurns(): SharedArrayBuffer {
  return new SharedArrayBuffer(SLOTS * BigUint64Array.BYTES_PER_ELEMENT)
}

/** What turns take from the world. */
export interface SiblingTurnsPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
}

/** The turns of one worker among its siblings. */
export class SiblingTurns implements FillTurns {
  readonly #words: BigUint64Array<SharedArrayBuffer>
  readonly #ports: SiblingTurnsPorts

  /** @param memory of `allocateTurns`, the same for all workers */
  constructor(memory: SharedArrayBuffer, ports: SiblingTurnsPorts) {
    this.#words = new BigUint64Array(memory)
    this.#ports = ports
  }

  claim(key: string, timeoutMs: number): FillTurn {
    const fingerprint = fingerprintOf(key) >>> 0
    const tag = (fingerprintOf(`${key}\0t`) >>> 0) & ((1 << TAG_BITS) - 1)
    return new SiblingTurn(new Slot(this.#words, fingerprint % SLOTS, tag), timeoutMs, this.#ports)
  }
}

/** The word of one key. */
class Slot {
  readonly #words: BigUint64Array<SharedArrayBuffer>
  readonly #at: number
  readonly #tag: bigint

  constructor(words: BigUint64Array<SharedArrayBuffer>, at: number, tag: number) {
    this.#words = words
    this.#at = at
    this.#tag = BigInt(tag)
  }

  read(): bigint {
    return Atomics.load(this.#words, this.#at)
  }

  /** @returns the word that stands now, or null when another one did */
  write(before: bigint, state: State, untilMs: number): bigint | null {
    const word = (((this.#tag << STATE_BITS) | BigInt(STATES.indexOf(state))) << UNTIL_BITS) | (BigInt(Math.floor(untilMs)) & UNTIL_MASK)
    return Atomics.compareExchange(this.#words, this.#at, before, word) === before ? word : null
  }

  isOver(word: bigint, nowMs: number): boolean {
    return Number(word & UNTIL_MASK) <= nowMs
  }

  isOurs(word: bigint): boolean {
    return word >> (UNTIL_BITS + STATE_BITS) === this.#tag
  }

  stateOf(word: bigint): State {
    return STATES[Number((word >> UNTIL_BITS) & 7n)] ?? 'failed'
  }
}

class SiblingTurn implements FillTurn {
  readonly #slot: Slot
  readonly #ports: SiblingTurnsPorts
  readonly #timeoutMs: number
  readonly #deadlineMs: number
  #passedBy: bigint | null = null
  #pollMs = FIRST_POLL_MS

  constructor(slot: Slot, timeoutMs: number, ports: SiblingTurnsPorts) {
    this.#slot = slot
    this.#ports = ports
    this.#timeoutMs = timeoutMs
    this.#deadlineMs = ports.clock.monotonicMs() + timeoutMs
  }

  async turn(): Promise<Turn> {
    const { clock } = this.#ports
    for (;;) {
      const word = this.#slot.read()
      const nowMs = clock.wallMs()
      if (this.#slot.isOver(word, nowMs) || word === this.#passedBy) {
        const held = this.#slot.write(word, 'held', nowMs + LEASE_MS)
        if (held !== null) return { kind: 'mine', fill: new SiblingFill(this.#slot, held, this.#timeoutMs, this.#ports) }
        continue
      }
      const state = this.#slot.stateOf(word)
      if (!this.#slot.isOurs(word) || state === 'arriving' || clock.monotonicMs() >= this.#deadlineMs) return { kind: 'alone' }
      if (state === 'held') {
        await this.#pause(this.#pollMs * (0.5 + this.#ports.random.next()))
        this.#pollMs = Math.min(MAX_POLL_MS, this.#pollMs * 2)
        continue
      }
      this.#passedBy = word
      if (state === 'stored') await this.#pause(DELIVERY_MS)
      return { kind: 'ended', outcome: state }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#ports.timers.after(ms, resolve))
  }
}

class SiblingFill implements FillInTurn {
  readonly #slot: Slot
  readonly #ports: SiblingTurnsPorts
  readonly #giveUpAtMs: number
  #word: bigint | null
  #stopTimer: Cancel

  constructor(slot: Slot, word: bigint, timeoutMs: number, ports: SiblingTurnsPorts) {
    this.#slot = slot
    this.#ports = ports
    this.#word = word
    this.#giveUpAtMs = ports.clock.monotonicMs() + timeoutMs
    this.#stopTimer = ports.timers.after(RENEW_MS, () => this.#renew('held'))
  }

  arriving(): void {
    if (this.#word === null) return
    this.#stopTimer()
    this.#stopTimer = this.#ports.timers.after(ARRIVING_MS, () => this.#renew('arriving'))
  }

  async end(outcome: FillEnded): Promise<void> {
    this.#stopTimer()
    if (this.#word !== null) this.#slot.write(this.#word, outcome, this.#ports.clock.wallMs() + TOLD_MS)
    this.#word = null
  }

  #renew(state: 'held' | 'arriving'): void {
    const { clock, timers } = this.#ports
    // Nobody has to wait for it any more: whoever does may try for himself.
    if (this.#word === null || (state === 'held' && clock.monotonicMs() >= this.#giveUpAtMs)) return void this.end('failed')
    this.#word = this.#slot.write(this.#word, state, clock.wallMs() + LEASE_MS)
    if (this.#word !== null) this.#stopTimer = timers.after(RENEW_MS, () => this.#renew(state))
  }
}
