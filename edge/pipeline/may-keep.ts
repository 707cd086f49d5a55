import { type Unshareable, unshareable } from '../cache/shareable.ts'
import { type StorableAnswer, storable, type Unstorable } from '../cache/storable.ts'
import type { Asked } from './exchange.ts'

/** Whether an answer may be kept, and if not, why: by RFC 9111, or because it would hand what one client asked to others. */
export type MayKeep =
  | { readonly storable: true }
  | { readonly storable: false; readonly reason: Unstorable | Unshareable; readonly field?: string }

/** Whether the answer to a request may be kept. @param method GET where an answer renews what a GET brought */
export function mayKeep({ request, route, shared }: Asked, head: StorableAnswer, method = request.method): MayKeep {
  const verdict = storable({ method, fields: request.fields }, head, route.config.cache)
  if (!verdict.storable) return verdict
  const fault = unshareable(shared, head, route.key, route.config.cache)
  return fault === null ? verdict : { storable: false, ...fault }
}

/**
 * Whether what is kept may be renewed by the answer to a request. That there were cookies does not matter: it was kept for everyone, and is the same still.
 * @param head the renewed answer
 */
export function mayRenew(asked: Asked, head: StorableAnswer): boolean {
  const verdict = mayKeep(asked, head, 'GET')
  return verdict.storable || verdict.reason === 'cookie'
}
