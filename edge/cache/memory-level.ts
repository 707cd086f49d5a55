import { Fields } from '../http/fields.ts'
import { type Entry, entryBytes, NEVER_JUDGED, owned, textBytes } from './entry.ts'
import { Eviction } from './eviction.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Tenant } from './greedy-dual.ts'
import type { KeptEntry } from './kept-memory.ts'
import type { NearLevel, Promotion, Spot } from './level.ts'
import { isReady, isSure, type Ready } from './ready.ts'
import { NO_NAMES, variantOf } from './variant.ts'

/** What a memory level holds. */
export interface MemoryStats {
  readonly maxBytes: number
  /** What its entries take, engine overhead included. */
  readonly bytes: number
  readonly entries: number
  /** Entries dropped for lack of room since the start. */
  readonly evictions: number
}

/** Where an entry stands: texts only, so that a list of them keeps no entry alive. */
export interface HeldPlace {
  readonly key: string
  readonly variant: string
}

/** All variants of one key. They share one Vary: the latest answer's, since only that one is known to hold. */
interface Resource {
  readonly key: string
  readonly varyNames: readonly string[]
  /** Oldest first. */
  readonly kept: Kept[]
}

interface Kept extends Tenant {
  /** GONE once the level holds it no more: who remembers where it was must not keep its body alive. */
  entry: Entry
  /** The answer of the entry that stood ready when it was looked at last. */
  ready: Ready | null
  resource: Resource | null
}

/** Stands for an entry that is held no more. */
const GONE: Entry = {
  ready: null,
  judged: NEVER_JUDGED,
  variant: '',
  status: 0,
  fields: Fields.of(),
  body: new Uint8Array(0),
  requestedAtMs: 0,
  receivedAtMs: 0,
  ageOnReceiptMs: 0,
  lifetimeMs: 0,
  staleIfErrorMs: null,
  keepUntilMs: 0,
  mustRevalidate: false,
  noCache: false,
  varyNames: NO_NAMES,
  tags: NO_NAMES,
  fillSeq: 0,
}

/**
 * The first level: entries in the memory of this worker, bounded in bytes; see `Eviction` for what goes. No timers: what is out of date
 * is found when it is asked for, or goes by itself because nobody asks.
 */
export class MemoryLevel implements NearLevel {
  readonly #resources = new Map<string, Resource>()
  readonly #policy: Eviction<Kept>
  readonly #maxBytes: number
  readonly #largestBytes: number
  #evictions = 0

  /**
   * @param maxBytes room for entries, 0 or more; 0 keeps nothing
   * @param largestRatio the part of it that one entry may take, 0..1
   */
  constructor(maxBytes: number, largestRatio = 1) {
    this.#maxBytes = maxBytes
    this.#largestBytes = maxBytes * largestRatio
    this.#policy = new Eviction(maxBytes, (kept) => {
      this.#forget(kept)
      this.#evictions++
    })
  }

  /** What it holds now. */
  stats(): MemoryStats {
    return { maxBytes: this.#maxBytes, bytes: this.#policy.bytes, entries: this.#policy.count, evictions: this.#evictions }
  }

  get(key: string, request: Fields, nowMs: number, promotion: Promotion, spot: Spot | null = null): Entry | null {
    const kept = heldAt(spot) ?? this.#find(key, request, spot)
    if (kept === undefined) return null
    if (!isReady(kept.entry, nowMs) && kept.entry.keepUntilMs <= nowMs) {
      this.#remove(kept)
      return null
    }
    kept.ready = kept.entry.ready ?? null
    if (promotion === 'promote') this.#policy.hit(kept)
    return kept.entry
  }

  ready(spot: Spot, nowMs: number, promotion: Promotion): Ready | null {
    const kept = spot.held as Kept | null
    if (kept === null) return null
    const { ready } = kept
    if (ready === null || ready.of !== kept.entry || !isSure(ready, nowMs)) return null
    if (promotion === 'promote') this.#policy.hit(kept)
    return ready
  }

  #find(key: string, request: Fields, spot: Spot | null): Kept | undefined {
    const resource = this.#resources.get(key)
    if (resource === undefined) return undefined
    const kept = find(resource, variantOf(resource.varyNames, request))
    // Where there are variants, the next request may want another one.
    if (spot !== null && kept !== undefined && resource.varyNames.length === 0) spot.held = kept
    return kept
  }

  /** Everything it holds, one key after the other; it may be walked in pieces, and sees what comes meanwhile. */
  *held(): Generator<HeldPlace> {
    for (const { key, kept } of this.#resources.values()) for (const { entry } of kept) yield { key, variant: entry.variant }
  }

  /** Everything it holds, what was asked for most first. */
  *hottest(): Generator<KeptEntry> {
    const all = [...this.#resources.values()].flatMap(({ kept }) => kept)
    all.sort((a, b) => b.times + b.hits - (a.times + a.hits))
    for (const { resource, entry } of all) yield { key: resource!.key, entry }
  }

  /** What stands in a place, and nothing is made of the look; null when nothing does. */
  peek({ key, variant }: HeldPlace): Entry | null {
    const resource = this.#resources.get(key)
    return resource === undefined ? null : (find(resource, variant)?.entry ?? null)
  }

  put(key: string, entry: Entry, maxVariants: number, nowMs: number): void {
    if (this.#maxBytes === 0) return
    const resource = this.#resourceFor(key, entry)
    const before = find(resource, entry.variant)
    if (before !== undefined && before.entry.receivedAtMs > entry.receivedAtMs) return

    const mine = owned(entry)
    const bytes = entryBytes(entry) + textBytes(key)
    if (entry.keepUntilMs <= nowMs || bytes > this.#largestBytes) {
      // The one before it is out of date all the same.
      if (before !== undefined) this.#remove(before)
      return
    }
    if (before === undefined) this.#insert(resource, mine, bytes, maxVariants)
    else this.#replace(before, mine, bytes)
  }

  delete(key: string): void {
    const resource = this.#resources.get(key)
    if (resource === undefined) return
    this.#resources.delete(key)
    for (const kept of resource.kept) {
      this.#policy.remove(kept)
      letGo(kept)
    }
  }

  /** The resource of a key; a new one, not in the map until it holds something, when there is none with this Vary. */
  #resourceFor(key: string, entry: Entry): Resource {
    const resource = this.#resources.get(key)
    if (resource !== undefined && sameNames(resource.varyNames, entry.varyNames)) return resource
    // Variants that were told apart by other fields cannot be found by the new ones (RFC 9111 §4.1).
    this.delete(key)
    return { key, varyNames: entry.varyNames, kept: [] }
  }

  #insert(resource: Resource, entry: Entry, bytes: number, maxVariants: number): void {
    const fingerprint = fingerprintOf(resource.key + entry.variant)
    const kept: Kept = { entry, ready: null, hits: 0, place: -1, resource, bytes, fingerprint, times: 0, age: 0 }
    while (resource.kept.length >= maxVariants) this.#remove(resource.kept[0]!)
    // Last, since removing the last variant takes the resource out of the map.
    this.#resources.set(resource.key, resource)
    resource.kept.push(kept)
    this.#policy.insert(kept)
  }

  #replace(kept: Kept, entry: Entry, bytes: number): void {
    kept.entry = entry
    kept.ready = null
    const variants = kept.resource!.kept
    variants.splice(variants.indexOf(kept), 1)
    variants.push(kept)
    this.#policy.resize(kept, bytes)
  }

  #remove(kept: Kept): void {
    this.#policy.remove(kept)
    this.#forget(kept)
  }

  #forget(kept: Kept): void {
    const { resource } = kept
    const variants = resource!.kept
    variants.splice(variants.indexOf(kept), 1)
    if (variants.length === 0) this.#resources.delete(resource!.key)
    letGo(kept)
  }
}

function letGo(kept: Kept): void {
  kept.entry = GONE
  kept.ready = null
  kept.resource = null
}

/** What is remembered of a key, unless it has gone. */
function heldAt(spot: Spot | null): Kept | null {
  const held = spot === null ? null : (spot.held as Kept | null)
  return held === null || held.entry === GONE ? null : held
}

/** By search: a page has a handful of variants, and a Map for each would take more room than most answers. */
function find(resource: Resource, variant: string): Kept | undefined {
  for (const kept of resource.kept) if (kept.entry.variant === variant) return kept
  return undefined
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i])
}
