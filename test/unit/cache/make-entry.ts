import type { Entry } from '../../../edge/cache/entry.ts'
import type { CacheConfig } from '../../../edge/contract/cache.ts'
import { Fields } from '../../../edge/http/fields.ts'

/** The moment at which the entries of these tests came. */
export const RECEIVED_AT_MS = Date.UTC(2026, 0, 1, 12)
/** The same moment as text of a Date field. */
export const RECEIVED_DATE = 'Thu, 01 Jan 2026 12:00:00 GMT'

/** A rule that keeps what its origin names a lifetime for. */
export function makeRule(changes: Partial<CacheConfig> = {}): CacheConfig {
  return {
    store: 'standard',
    defaultTtlMs: 0,
    maxTtlMs: 86_400_000,
    staleIfErrorMs: 60_000,
    keepStaleMs: 600_000,
    maxEntryBytes: 2_000_000,
    maxVariants: 64,
    coalesceTimeoutMs: 5_000,
    coalesceMaxWaiters: 100,
    ignoreQuery: [],
    keyHeaders: [],
    keyCookies: [],
    ...changes,
  } as CacheConfig
}

/** An entry that came at RECEIVED_AT_MS and is fresh for 10 s. */
export function makeEntry(changes: Partial<Entry> = {}): Entry {
  return {
    status: 200,
    fields: Fields.of({ 'Content-Type': 'text/plain', Date: RECEIVED_DATE }),
    body: new TextEncoder().encode('hello'),
    requestedAtMs: RECEIVED_AT_MS - 50,
    receivedAtMs: RECEIVED_AT_MS,
    ageOnReceiptMs: 0,
    lifetimeMs: 10_000,
    staleIfErrorMs: null,
    keepUntilMs: RECEIVED_AT_MS + 60_000,
    mustRevalidate: false,
    noCache: false,
    varyNames: [],
    variant: '',
    tags: [],
    fillSeq: 0,
    ...changes,
  }
}
