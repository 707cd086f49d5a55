// The query parameters that several routes share. They come as texts; nothing is coerced behind our back.

import Type from 'typebox'
import type { Page } from '../store/store.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 500
/** The longest that a write waits for the edges; more is cut to this. */
export const MAX_WAIT_MS = 30_000

const digits = (count: number) => Type.Optional(Type.String({ pattern: `^[0-9]{1,${count}}$`, description: 'A whole number.' }))

/** `?limit=…&before=…` */
export const PageQuerySchema = Type.Object({ limit: digits(6), before: digits(15) }, { additionalProperties: false })
/** `?limit=…` */
export const LimitQuerySchema = Type.Object({ limit: digits(6) }, { additionalProperties: false })
/** `?waitMs=…` */
export const WaitQuerySchema = Type.Object({ waitMs: digits(9) }, { additionalProperties: false })

/** The page that a query asks for: 50 entries when it does not say, 500 at most. */
export function pageOf({ limit, before }: Type.Static<typeof PageQuerySchema>): Page {
  const page = { limit: limit === undefined ? DEFAULT_LIMIT : Math.min(Number(limit), MAX_LIMIT) }
  return before === undefined ? page : { ...page, before: Number(before) }
}

/** How many of a list a query asks for. @param bounds how many when it does not say, and at most */
export function limitOf({ limit }: Type.Static<typeof LimitQuerySchema>, bounds: { readonly usual: number; readonly max: number }): number {
  return limit === undefined ? bounds.usual : Math.min(Number(limit), bounds.max)
}

/** How long a query wants to wait for the edges; 0 when it does not say. */
export function waitOf({ waitMs }: Type.Static<typeof WaitQuerySchema>): number {
  return waitMs === undefined ? 0 : Math.min(Number(waitMs), MAX_WAIT_MS)
}
