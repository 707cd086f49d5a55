import type { Fields } from '../http/fields.ts'
import type { Entry } from './entry.ts'
import type { Ready } from './ready.ts'

/**
 * Whether a look at an entry speaks for keeping it. Crawlers read everything once: they may be answered (`leave`), but must not
 * move anything nearer or keep it longer, or they push out what people come back for.
 */
export type Promotion = 'promote' | 'leave'

/** Where the levels keep a key: remembered beside the key by who asks for it again and again, it spares a search. One for each key. */
export interface Spot {
  /** Where the near level has it. Only that level reads and writes it. */
  held: object | null
  /** Where the far level has it. Only that level reads and writes it. */
  far: object | null
}

/** Whether a body must be the entry's own, or may be lent to who sends it at once. */
export type BodyTerms = 'own' | 'lend'

/** A store of entries. It decides what to keep; what may be kept and whether it is still fresh is decided by others. */
export interface Level {
  /**
   * The entry of `key` whose variant fits the request, stale ones included; null for a miss.
   * A level that can answer at once gives the value itself, so that a memory hit never leaves its tick.
   * @param key see `cacheKey`
   * @param request the fields of the request, for Vary
   * @param nowMs wall clock
   * @param spot where it was found before, if that is remembered
   * @throws never, and never rejects: a level that is away misses
   */
  get(
    key: string,
    request: Fields,
    nowMs: number,
    promotion: Promotion,
    spot?: Spot | null,
    body?: BodyTerms,
  ): Entry | null | Promise<Entry | null>
  /**
   * Takes an entry in place of the one of the same variant. It may decline, and does so when it holds a newer one.
   * @param maxVariants entries of one key, 1 or more; the oldest gives way
   * @param nowMs wall clock
   * @throws never, and never rejects
   */
  put(key: string, entry: Entry, maxVariants: number, nowMs: number): void | Promise<void>
  /**
   * Drops all variants of a key, and where the level is shared also what was fetched before and comes later.
   * @param fillSeq the number of a purge: what knows it may stay; none drops all
   * @throws never, and never rejects
   */
  delete(key: string, fillSeq?: number): void | Promise<void>
}

/** A level near enough to answer at once. */
export interface NearLevel extends Level {
  get(key: string, request: Fields, nowMs: number, promotion: Promotion, spot?: Spot | null): Entry | null
  /** The answer that stands ready in a remembered place, of an entry that is certainly fresh; null when it has to be looked for. */
  ready(spot: Spot, nowMs: number, promotion: Promotion): Ready | null
  put(key: string, entry: Entry, maxVariants: number, nowMs: number): void
  delete(key: string): void
}
