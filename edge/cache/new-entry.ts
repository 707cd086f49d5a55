import type { CacheConfig } from '../contract/cache.ts'
import type { Fields } from '../http/fields.ts'
import { answerPolicy } from './answer-policy.ts'
import { type Entry, exactBytes, NEVER_JUDGED } from './entry.ts'
import { ageOnReceiptMs, lifetimeMs, type Timing } from './freshness.ts'
import { omittedFields, storedFields } from './stored-fields.ts'
import { hasValidator } from './validators.ts'

/** An answer that is to be kept, whole. */
export interface Fill extends Timing {
  readonly status: number
  /** As they came. */
  readonly fields: Fields
  readonly body: Uint8Array
  /** See `varyNamesOf`. */
  readonly varyNames: readonly string[]
  /** See `variantOf`, of the request that was sent to the origin. */
  readonly variant: string
  readonly tags: readonly string[]
  /** The highest purge known when the fill began. */
  readonly fillSeq: number
}

/** The entry that an answer becomes; whether it may be kept at all is `storable`'s question. */
export function newEntry(fill: Fill, rule: CacheConfig): Entry {
  const policy = answerPolicy(fill.fields, rule)
  const { directives } = policy
  // With a list of fields only those may not be used unasked, and they are not kept (RFC 9111 §5.2.2.4).
  const noCache = directives.noCache === true
  // A shared cache reads s-maxage as proxy-revalidate too (RFC 9111 §5.2.2.10).
  const mustRevalidate = directives.mustRevalidate || directives.proxyRevalidate || directives.sMaxAgeSeconds !== null
  const staleIfErrorMs = directives.staleIfErrorSeconds === null ? null : directives.staleIfErrorSeconds * 1000
  const outlastsMs = 1000 * Math.max(directives.staleIfErrorSeconds ?? 0, directives.staleWhileRevalidateSeconds ?? 0)
  const ageMs = ageOnReceiptMs(fill.fields, fill)
  const freshForMs = lifetimeMs(fill, policy, rule)
  return {
    ready: null,
    judged: NEVER_JUDGED,
    variant: fill.variant,
    status: fill.status,
    fields: storedFields(fill.fields, fill.receivedAtMs, omittedFields(directives, rule)),
    body: exactBytes(fill.body),
    requestedAtMs: fill.requestedAtMs,
    receivedAtMs: fill.receivedAtMs,
    ageOnReceiptMs: ageMs,
    lifetimeMs: freshForMs,
    staleIfErrorMs,
    keepUntilMs:
      fill.receivedAtMs +
      Math.max(0, freshForMs - ageMs) +
      Math.max(outlastsMs, keptStaleMs(fill, rule, noCache || mustRevalidate ? 'bound' : 'free')),
    mustRevalidate,
    noCache,
    varyNames: fill.varyNames,
    tags: fill.tags,
    fillSeq: fill.fillSeq,
  }
}

/** How long past freshness an entry is worth its room: to be validated, or to stand in during an outage where that is allowed. */
function keptStaleMs(fill: Fill, rule: CacheConfig, use: 'bound' | 'free'): number {
  if (use === 'free') return Math.max(rule.keepStaleMs, rule.staleIfErrorMs)
  return hasValidator(fill.fields) ? rule.keepStaleMs : 0
}
