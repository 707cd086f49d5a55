// Whether an answer that RFC 9111 allows to be kept may be handed to others, as far as that hangs on who asked for it.

import type { CacheConfig } from '../contract/cache.ts'
import { cookiePairs } from '../http/cookie.ts'
import type { Fields } from '../http/fields.ts'
import { type AnswerPolicy, answerPolicy } from './answer-policy.ts'
import type { KeyPlan } from './key-plan.ts'
import { unkeyedField } from './unkeyed.ts'
import { variantOf, varyNamesOf } from './variant.ts'

/** Why an answer fits nobody but who asked for it. */
export type Unshareable = 'unkeyed' | 'cookie' | 'vary'

/** The longest text of a variant; longer ones are no variants but floods. */
export const MAX_VARIANT_BYTES = 4_096

/** Bytes of request fields beyond which an error may be about them: a server with less room than ours refuses what we passed on. */
const LARGE_HEAD_BYTES = 4_096
const FIRST_ERROR = 400

// Made by the edge for each request anew: what varies by these fits no other client, whatever this one sent under their names.
const MADE_HERE: ReadonlySet<string> = new Set([
  ...['forwarded', 'x-forwarded-for', 'x-real-ip', 'via', 'x-request-id', 'traceparent', 'tracestate', 'cdn-loop'],
])

/** Why an answer may not be kept for others, with the field at fault; null when it may. @param shared fields of the shared request */
export function unshareable(
  shared: Fields,
  answer: { readonly status: number; readonly fields: Fields },
  plan: KeyPlan,
  rule: Pick<CacheConfig, 'targetedFields'>,
): { readonly reason: Unshareable; readonly field: string } | null {
  const varyNames = varyNamesOf(answer.fields) ?? []
  const made = varyNames.find((name) => MADE_HERE.has(name))
  if (made !== undefined) return { reason: 'vary', field: made }
  if (variantOf(varyNames, shared).length > MAX_VARIANT_BYTES) return { reason: 'vary', field: 'vary' }
  const field = unkeyedField(shared, plan, varyNames) ?? originField(shared, answer.fields, varyNames)
  if (field !== null) return { reason: 'unkeyed', field }
  // cpdos.org: an oversize field makes an error page, and the error page makes an outage.
  if (answer.status >= FIRST_ERROR && shared.byteLength() > LARGE_HEAD_BYTES) return { reason: 'unkeyed', field: 'size' }
  if (hasUnkeyedCookie(shared, plan) && !varyNames.includes('cookie') && !saysForEveryone(answerPolicy(answer.fields, rule))) {
    return { reason: 'cookie', field: 'cookie' }
  }
  return null
}

/** An answer that lets in one origin by name, without Vary: Origin, would keep all others out (Fetch §3.3.6). */
function originField(shared: Fields, answer: Fields, varyNames: readonly string[]): string | null {
  const allowed = answer.get('access-control-allow-origin')
  const named = allowed !== undefined && allowed !== '*' && shared.has('origin')
  return named && !varyNames.includes('origin') ? 'origin' : null
}

/** Whether a request has cookies for whose sake its answer is kept only by its origin's word. @param shared fields of the shared request */
export function hasUnkeyedCookie(shared: Fields, { cookies, identity, unkeyed }: KeyPlan): boolean {
  if (unkeyed.cookies !== 'guard' || !shared.has('cookie')) return false
  return cookiePairs(shared.getAll('cookie')).some(
    ([name]) => !cookies.some((cookie) => cookie.name === name) && !(identity?.kind === 'cookie' && identity.name === name),
  )
}

function saysForEveryone({ directives, source }: AnswerPolicy): boolean {
  return directives.public || directives.sMaxAgeSeconds !== null || (source === 'targeted' && directives.maxAgeSeconds !== null)
}
