import { item, string } from '../http/structured-fields.ts'
import { writeItem } from '../http/structured-fields-write.ts'

/** Why a request went on to the origin; the most specific that is known (RFC 9211 §2.2). */
export type ForwardReason = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale'

/** What this cache did with a request. */
export type CacheOutcome =
  | {
      readonly kind: 'hit'
      /** Remaining freshness; negative when served stale. */
      readonly ttlMs: number
      readonly level: 'L1' | 'L2' | 'static'
    }
  | {
      readonly kind: 'forward'
      readonly reason: ForwardReason
      /** Status that the origin gave, when it is not the one sent: 304 after a validation. */
      readonly forwardStatus: number | null
      readonly stored: 'stored' | 'not-stored'
      /** `collapsed`: the request waited for the answer to another; `tried`: it waited in vain; `no`: it did not wait. */
      readonly collapsed: 'collapsed' | 'tried' | 'no'
    }

// What a Token may be (RFC 9651 §3.3.4); any other name is written as a String.
const TOKEN = /^[A-Za-z*][A-Za-z0-9._-]*$/

/**
 * The member of Cache-Status that speaks for this cache. It is appended: the member nearest the client stands last.
 * @param name of this cache: the id of the edge
 * @see RFC 9211 §2
 */
export function cacheStatus(name: string, outcome: CacheOutcome): string {
  const cache = TOKEN.test(name) ? name : writeItem(item(string(name)))
  // Written by hand: it goes with every answer, and is made of numbers and constants.
  if (outcome.kind === 'hit') return `${cache};hit;ttl=${Math.floor(outcome.ttlMs / 1000)};detail=${outcome.level}`
  return `${cache};fwd=${outcome.reason}${forwarded(outcome)}`
}

/** `hit` and `fwd` exclude each other; `stored` and `collapsed` only go with `fwd` (RFC 9211 §2.2 to §2.6). */
function forwarded({ forwardStatus, stored, collapsed }: CacheOutcome & { readonly kind: 'forward' }): string {
  const status = forwardStatus === null ? '' : `;fwd-status=${forwardStatus}`
  const kept = stored === 'stored' ? ';stored' : ''
  return `${status}${kept}${collapsed === 'no' ? '' : collapsed === 'collapsed' ? ';collapsed' : ';collapsed=?0'}`
}
