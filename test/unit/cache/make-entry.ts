import { type Entry, NEVER_JUDGED } from '../../../edge/cache/entry.ts'
import { type KeyPlan, keyPlan } from '../../../edge/cache/key-plan.ts'
import { type CacheConfig, CacheSchema } from '../../../edge/contract/cache.ts'
import { CacheKeySchema, CacheUnkeyedSchema, CacheVarySchema } from '../../../edge/contract/cache-key.ts'
import { fillDefaults } from '../../../edge/contract/fill-defaults.ts'
import type { Shape } from '../../../edge/contract/shape.ts'
import { Fields } from '../../../edge/http/fields.ts'

/** The moment at which the entries of these tests came. */
export const RECEIVED_AT_MS = Date.UTC(2026, 0, 1, 12)
/** The same moment as text of a Date field. */
export const RECEIVED_DATE = 'Thu, 01 Jan 2026 12:00:00 GMT'

const defaultsOf = (schema: object) => fillDefaults(schema as Shape, {})
const KEYS = {
  key: defaultsOf(CacheKeySchema) as CacheConfig['key'],
  vary: defaultsOf(CacheVarySchema) as CacheConfig['vary'],
  unkeyed: defaultsOf(CacheUnkeyedSchema) as CacheConfig['unkeyed'],
}

/** A rule that keeps what its origin names a lifetime for. */
export function makeRule(changes: Partial<CacheConfig> = {}): CacheConfig {
  return {
    store: 'standard',
    defaultTtlMs: 0,
    heuristicRatio: 0,
    heuristicMaxMs: 86_400_000,
    statuses: 'careful',
    requestDirectives: 'obey',
    targetedFields: ['Weir-Cache-Control', 'CDN-Cache-Control'],
    refreshesAtOnce: 64,
    maxTtlMs: 86_400_000,
    staleIfErrorMs: 60_000,
    keepStaleMs: 600_000,
    maxEntryBytes: 2_000_000,
    maxVariants: 64,
    coalesceTimeoutMs: 5_000,
    coalesceMaxWaiters: 100,
    ...KEYS,
    ...changes,
  } as CacheConfig
}

/** An entry that came at RECEIVED_AT_MS and is fresh for 10 s. */
export function makeEntry(changes: Partial<Entry> = {}): Entry {
  return {
    ready: null,
    judged: NEVER_JUDGED,
    variant: '',
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
    tags: [],
    fillSeq: 0,
    ...changes,
  }
}

/** The plan of a key, from the interesting parts of its rule. */
export function makeKeyPlan(cache: { readonly key?: object; readonly vary?: object; readonly unkeyed?: object } = {}): KeyPlan {
  const filled = fillDefaults(CacheSchema as Shape, cache) as CacheConfig
  return keyPlan(filled)
}
