// Targets that come again and again: what was read of them, the route they last took, and the key they were last kept under.

import { RecentTexts } from '../base/recent-texts.ts'
import type { Spot } from '../cache/level.ts'
import { canonicalTarget, type Target, type TargetFault, type TargetResult, type TargetRules } from '../http/target.ts'
import type { RoutePlan } from './snapshot.ts'

/**
 * Targets remembered: as many as a site has in demand. All of them, as long as can be, take some 15 MB, and as much again where Redis
 * is asked for them; most are a tenth of that.
 */
const MAX_TARGETS = 32_768
const MAX_LENGTH = 256
const NO_TARGET: Target = { ok: true, form: 'origin', path: '', query: null }

/**
 * A target as it was read, and where it led. One flat record: most of what a memory hit costs is waiting for memory that is in no cache, and
 * each object on the way to the page is one more wait.
 */
export interface KnownTarget extends Spot {
  /** As it came. */
  readonly text: string
  /** Why it is refused; null when it is not, and then the rest is as in `Target`. */
  readonly fault: TargetFault | null
  readonly form: Target['form']
  readonly path: string
  readonly query: string | null
  readonly authority: string | undefined
  /** The route that last took it, at which host and by which method; null when there was none, or when it hangs on more than this. */
  plan: RoutePlan | null
  planHost: string
  planMethod: string
  /** The key it was last asked for under, of which scheme, host and rule, by identity; null when there was none, or when it hangs on more than this. */
  key: string | null
  keyScheme: string
  keyHost: string
  keyRule: object | null
}

/** Reads targets by the rules of a site. */
export function targetMemo(rules: TargetRules): RecentTexts<KnownTarget> {
  return new RecentTexts(MAX_TARGETS, (text) => knownTarget(text, canonicalTarget(text, rules)), MAX_LENGTH)
}

/** A target that was read, and led nowhere yet. */
export function knownTarget(text: string, read: TargetResult): KnownTarget {
  const target = read.ok ? read : NO_TARGET
  return {
    text,
    fault: read.ok ? null : read.reason,
    form: target.form,
    path: target.path,
    query: target.query,
    authority: target.authority,
    plan: null,
    planHost: '',
    planMethod: '',
    key: null,
    keyScheme: '',
    keyHost: '',
    keyRule: null,
    held: null,
    far: null,
  }
}
