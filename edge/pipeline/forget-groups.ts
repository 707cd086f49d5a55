import { groupsOf, MAX_TAG_LENGTH } from '../cache/tags.ts'
import type { Fields } from '../http/fields.ts'
import type { Asked, Exchange } from './exchange.ts'

/** Groups that one answer may put out of date. */
const MAX_GROUPS = 128

/** Purges the groups of its own origin that an answer to an unsafe request puts out of date. @see RFC 9875 §3 */
export function forgetGroups({ request, client }: Asked, answer: Fields, x: Exchange): void {
  if (!answer.has('cache-group-invalidation')) return
  const origin = `${client.scheme}://${request.authority}`
  const groups = groupsOf(answer, 'cache-group-invalidation') ?? []
  const known = groups.filter((group) => group !== '' && group.length <= MAX_TAG_LENGTH).slice(0, MAX_GROUPS)
  const orders = known.map((group) => ({ by: 'group', origin, group, mode: 'hard', againAfterMs: 0 }) as const)
  if (orders.length > 0) x.tools.purge(orders)
}
