// What stands in for a pool that cannot answer: a list of the route, gone through in its order.

import Type from 'typebox'

const ID = '[a-z0-9][a-z0-9._-]{0,63}'
/** The form of one step. */
export const STAND_IN_PATTERN = `^(stale|static|fallback|closed|(pool|fallback):${ID})$`

/** The steps of a route. */
export const WhenDownSchema = Type.Array(Type.String({ pattern: STAND_IN_PATTERN }), {
  default: ['stale', 'static', 'fallback'],
  maxItems: 8,
  description:
    'What stands in when the pool cannot answer, the first that has something: stale (what is kept and may be used on errors), static (the copy on disk), pool:ID (the same request to another pool), fallback (that of the route), fallback:ID, closed (503). The fault itself when nothing has.',
})

/** One step, read. */
export type StandInStep =
  | { readonly kind: 'stale' | 'static' | 'closed' }
  | { readonly kind: 'fallback' }
  | { readonly kind: 'pool'; readonly id: string }
  | { readonly kind: 'fallback-of'; readonly id: string }

/** Reads a step that the schema has accepted. */
export function parseStandIn(text: string): StandInStep {
  const colon = text.indexOf(':')
  if (colon < 0) return { kind: text as 'stale' | 'static' | 'closed' | 'fallback' }
  const id = text.slice(colon + 1)
  return text.startsWith('pool') ? { kind: 'pool', id } : { kind: 'fallback-of', id }
}
