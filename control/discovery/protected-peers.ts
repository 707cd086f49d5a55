// The peers of one service behind the protect threshold. An answer that is empty, or much smaller than the most peers of a window, is
// held: what it adds or changes is taken at once, what it lacks stays, until the answer recovers, the time of the hold is over, or an
// operator accepts it. A registry that was restarted or has lost its agents says the same as a service that was really taken down;
// only time or a person can tell one from the other.
//
// Invariant: no peer leaves while an answer is held. An answer counts as a loss by its size, so that a deployment which replaces every
// instance by another is none.

import type { ProtectConfig } from '../../edge/contract/discover.ts'
import type { PeerConfig } from '../../edge/contract/peer.ts'
import { PeakWindow } from './peak-window.ts'
import { missingOf, samePeers, withMissing } from './peer-list.ts'

/** An answer that is held. Times are monotonic. */
export interface Hold {
  readonly id: number
  readonly kind: 'empty' | 'loss'
  readonly sinceMs: number
  /** When it is applied by itself; null when only a word applies it. */
  readonly dueAtMs: number | null
  readonly refused: boolean
  readonly answer: readonly PeerConfig[]
  /** The most peers there were before it. */
  readonly base: number
}

/** The peers of one service. */
export class ProtectedPeers {
  readonly #rules: ProtectConfig
  readonly #window: PeakWindow
  #peers: readonly PeerConfig[] | null
  #hold: Hold | null = null
  #lastId = 0
  #refused: boolean

  /** @param known the last peers, or null @param refused whether an operator had refused what was held when these were kept */
  constructor(rules: ProtectConfig, known: readonly PeerConfig[] | null, refused: 'refused' | 'open' = 'open') {
    this.#rules = rules
    this.#window = new PeakWindow(rules.windowMs)
    this.#peers = known
    this.#refused = refused === 'refused'
  }

  /** The peers that count, sorted by address; null until something is known. */
  get peers(): readonly PeerConfig[] | null {
    return this.#peers
  }

  /** What is held, or null. */
  get hold(): Hold | null {
    return this.#hold
  }

  /** The peers that stand although the answer that is held lacks them. */
  get kept(): readonly PeerConfig[] {
    return this.#hold ? missingOf(this.#hold.answer, this.#peers ?? []) : []
  }

  /** Takes an answer in, sorted by address. */
  offer(answer: readonly PeerConfig[], nowMs: number): void {
    const known = this.#peers
    const base = known === null ? 0 : (this.#hold?.base ?? Math.max(known.length, this.#window.peak(nowMs)))
    const kind = this.#lossOf(answer.length, base)
    if (known === null || kind === null) return this.#settle(answer, nowMs)
    this.#hold = this.#held({ kind, answer, base }, nowMs)
    this.#peers = unlessSame(known, withMissing(answer, known))
  }

  /** Applies what is held when its time is over. */
  expire(nowMs: number): void {
    if (this.#hold && this.#hold.dueAtMs !== null && this.#hold.dueAtMs <= nowMs) this.accept(nowMs)
  }

  /** Applies what is held, if anything is. */
  accept(nowMs: number): void {
    if (!this.#hold) return
    const { answer } = this.#hold
    this.#settle(answer, nowMs)
    this.#window.reset(answer.length, nowMs)
  }

  /** Holds what is held until the answer recovers. */
  refuse(): void {
    if (!this.#hold) return
    this.#refused = true
    this.#hold = { ...this.#hold, refused: true, dueAtMs: null }
  }

  #lossOf(count: number, base: number): Hold['kind'] | null {
    const { mode, maxLossRatio, minLost } = this.#rules
    if (mode === 'off' || base === 0) return null
    if (count === 0) return 'empty'
    const lost = base - count
    return lost >= minLost && lost > base * maxLossRatio ? 'loss' : null
  }

  // The countdown goes on while the answer changes, but not from one kind to the other: their times differ.
  #held({ kind, answer, base }: Pick<Hold, 'kind' | 'answer' | 'base'>, nowMs: number): Hold {
    const last = this.#hold
    const refused = this.#refused
    if (last?.kind === kind) {
      return samePeers(last.answer, answer) ? last : { ...last, id: ++this.#lastId, answer }
    }
    const forMs = kind === 'empty' ? this.#rules.emptyHoldMs : this.#rules.holdMs
    const dueAtMs = forMs === 0 || refused ? null : nowMs + forMs
    return { id: ++this.#lastId, kind, sinceMs: last?.sinceMs ?? nowMs, dueAtMs, refused, answer, base }
  }

  #settle(answer: readonly PeerConfig[], nowMs: number): void {
    this.#hold = null
    this.#refused = false
    this.#peers = unlessSame(this.#peers, answer)
    this.#window.add(answer.length, nowMs)
  }
}

// The same peers stay the same list, so that who compares sees no change.
function unlessSame(known: readonly PeerConfig[] | null, next: readonly PeerConfig[]): readonly PeerConfig[] {
  return known && samePeers(known, next) ? known : next
}
