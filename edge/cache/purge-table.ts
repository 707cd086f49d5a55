// What was purged, as one worker knows it, and whether an entry was filled before it.
//
// Purges come in two orders. Those of the control plane are numbered, and an entry remembers the highest number that was known when its
// fill began; a purge with a higher one reaches it, from whatever level and whichever edge it comes. Those of this edge alone (PURGE
// without a control plane, Cache-Group-Invalidation until the log has it) reach what began by the same clock before them.
//
// Invariants: no purge is ever forgotten: what does not fit is merged into "everything before it", which purges too much and never too
// little. Adding a purge twice, or in another order, changes nothing. `version` changes whenever a verdict may.
// Cost: nothing for an entry that was judged under this version (its reader compares); else one look-up for its URL, one for each of its
// tags, and one for each length that purged prefixes have.

import type { Purge, PurgeOrder } from '../contract/purge.ts'
import { MIB } from '../contract/units.ts'
import { urlOfKey } from './cache-key.ts'
import { type FillStart, furthest, type Mark, MarkTable, NO_MARK, type PurgeVerdict, verdictOf } from './purge-marks.ts'
import { ANY_TAG, groupTag, routeTag } from './tags.ts'

/** Targets of each kind that are told apart; beyond it the one purged longest ago takes everything of its age with it. */
export const MAX_TARGETS = 65_536
/** Prefixes that are told apart. */
export const MAX_PREFIXES = 1_024
const MAX_TEXT = 8 * MIB

/** An entry as a table looks at it. */
export interface Purgeable extends FillStart {
  readonly tags: readonly string[]
}

/** A table as data, for another thread or the disk. */
export interface PurgeState {
  readonly seq: number
  readonly localAtMs: number
  readonly all: Mark
  readonly urls: readonly (readonly [string, Mark])[]
  readonly tags: readonly (readonly [string, Mark])[]
  readonly prefixes: readonly (readonly [string, Mark])[]
}

/** Nothing was purged. */
export const NO_PURGES: PurgeState = { seq: 0, localAtMs: 0, all: NO_MARK, urls: [], tags: [], prefixes: [] }

/** What was purged. */
export class PurgeTable {
  readonly #urls: MarkTable
  readonly #tags: MarkTable
  readonly #prefixes: MarkTable
  /** How long the prefixes are, each length once. */
  #lengths: readonly number[] = []
  #all: Mark
  #seq: number
  #localAtMs: number
  #version = 1

  /** @param state what another table knew @param max bounds for tests */
  constructor(state: PurgeState = NO_PURGES, max: { readonly targets?: number; readonly prefixes?: number } = {}) {
    const merge = (mark: Mark) => {
      this.#all = furthest(this.#all, mark)
    }
    this.#seq = state.seq
    this.#localAtMs = state.localAtMs
    this.#all = state.all
    this.#urls = new MarkTable({ max: max.targets ?? MAX_TARGETS, maxText: MAX_TEXT }, merge)
    this.#tags = new MarkTable({ max: max.targets ?? MAX_TARGETS, maxText: MAX_TEXT }, merge)
    this.#prefixes = new MarkTable({ max: max.prefixes ?? MAX_PREFIXES, maxText: MAX_TEXT }, merge)
    for (const [url, mark] of state.urls) this.#urls.raise(url, mark)
    for (const [tag, mark] of state.tags) this.#tags.raise(tag, mark)
    for (const [prefix, mark] of state.prefixes) this.#prefixes.raise(prefix, mark)
    this.#measure()
  }

  /** The highest number; what a fill that begins now remembers. */
  get seq(): number {
    return this.#seq
  }

  /** Another one after each purge: an entry judged under this one need not be judged again. */
  get version(): number {
    return this.#version
  }

  /** Takes a purge of the log. */
  add({ seq, order }: Purge): void {
    this.#mark(order, order.mode === 'hard' ? { ...NO_MARK, hardSeq: seq } : { ...NO_MARK, softSeq: seq })
    if (seq > this.#seq) this.#seq = seq
    this.#version += 1
  }

  /** Takes a purge of this edge alone. @param atMs wall clock: what began to be filled then or before is reached */
  addLocal(order: PurgeOrder, atMs: number): void {
    this.#mark(order, order.mode === 'hard' ? { ...NO_MARK, hardAtMs: atMs } : { ...NO_MARK, softAtMs: atMs })
    if (atMs > this.#localAtMs) this.#localAtMs = atMs
    this.#version += 1
  }

  /** What purges say of an entry. @param key its cache key */
  verdict(key: string, entry: Purgeable): PurgeVerdict {
    if (entry.fillSeq >= this.#seq && entry.requestedAtMs > this.#localAtMs) return 'none'
    let soft = false
    for (const mark of this.#marksOf(key, entry.tags)) {
      const verdict = verdictOf(mark, entry)
      if (verdict === 'hard') return 'hard'
      soft ||= verdict === 'soft'
    }
    return soft ? 'soft' : 'none'
  }

  /**
   * A text that changes with each purge that reaches a key, as far as its tags are known; empty while there was none. Requests after a
   * purge must not wait for a fetch from before it, so they look for it under another name.
   * @param tags of all that is kept under the key: its route
   */
  generation(key: string, tags: readonly string[]): string {
    if (this.#seq === 0 && this.#localAtMs === 0) return ''
    let reached = NO_MARK
    for (const mark of this.#marksOf(key, tags)) reached = furthest(reached, mark)
    const [seq, atMs] = [Math.max(reached.hardSeq, reached.softSeq), Math.max(reached.hardAtMs, reached.softAtMs)]
    return seq === 0 && atMs === 0 ? '' : `${seq}.${atMs}`
  }

  /** All that it knows. */
  state(): PurgeState {
    const [urls, tags, prefixes] = [[...this.#urls.entries()], [...this.#tags.entries()], [...this.#prefixes.entries()]]
    return { seq: this.#seq, localAtMs: this.#localAtMs, all: this.#all, urls, tags, prefixes }
  }

  *#marksOf(key: string, tags: readonly string[]): Generator<Mark> {
    yield this.#all
    const url = urlOfKey(key)
    const exact = this.#urls.get(url)
    if (exact !== undefined) yield exact
    for (const tag of tags) {
      const mark = this.#tags.get(tag)
      if (mark !== undefined) yield mark
    }
    for (const length of this.#lengths) {
      if (length > url.length) continue
      const mark = this.#prefixes.get(url.slice(0, length))
      if (mark !== undefined) yield mark
    }
  }

  #mark(order: PurgeOrder, mark: Mark): void {
    switch (order.by) {
      case 'url':
        return this.#urls.raise(order.url, mark)
      case 'prefix':
        this.#prefixes.raise(order.prefix, mark)
        return this.#measure()
      case 'tag':
        return this.#markTag(order.tag, mark)
      case 'group':
        return this.#markTag(groupTag(order.origin, order.group), mark)
      case 'route':
        return this.#tags.raise(routeTag(order.route), mark)
      case 'all':
        this.#all = furthest(this.#all, mark)
    }
  }

  // An answer with more labels than are kept is reached by each of them.
  #markTag(tag: string, mark: Mark): void {
    this.#tags.raise(tag, mark)
    this.#tags.raise(ANY_TAG, mark)
  }

  #measure(): void {
    this.#lengths = [...new Set([...this.#prefixes.entries()].map(([prefix]) => prefix.length))]
  }
}
