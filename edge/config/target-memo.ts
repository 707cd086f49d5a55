// Targets that come again and again: what was read of them, the route they last took, and the key they were last kept under.

import { TextMemo } from '../base/text-memo.ts'
import { canonicalTarget, type TargetResult, type TargetRules } from '../http/target.ts'
import type { RoutePlan } from './snapshot.ts'

/** Targets remembered: as many as a site has in demand. All of them, as long as can be, take some 15 MB; most are a tenth of that. */
const MAX_TARGETS = 32_768
const MAX_LENGTH = 256

/** A cache key, and all that it was made of beside the target. */
export interface KeptKey {
  readonly scheme: string
  readonly host: string
  /** The rule by which it was made, by identity. */
  readonly rule: object
  readonly key: string
}

/** A target as it was read. */
export interface KnownTarget {
  readonly read: TargetResult
  /** The key it was last asked for under; null when there was none, or when it hangs on more than this. */
  kept: KeptKey | null
  /** The route that last took it; null when there was none, or when it hangs on more than this. */
  routed: Routed | null
}

/** Where a target led at one host by one method, in a site. */
export interface Routed {
  readonly host: string
  readonly method: string
  readonly plan: RoutePlan
}

/** Reads targets by the rules of a site. */
export function targetMemo(rules: TargetRules): TextMemo<KnownTarget> {
  return new TextMemo(MAX_TARGETS, (text) => ({ read: canonicalTarget(text, rules), kept: null, routed: null }), MAX_LENGTH)
}
