import type { Fields } from '../http/fields.ts'
import { isSafeMethod } from '../http/status.ts'

/**
 * Whether an answer makes what is kept of its target out of date: one without error to a method that may have changed it.
 * An unknown method counts as unsafe. The pushed-aside key is the one a GET of the same target would have.
 * @see RFC 9111 §4.4
 */
export function invalidates(method: string, status: number): boolean {
  return !isSafeMethod(method) && status >= 200 && status < 400
}

/** Fields by which an answer names another resource that the request may have changed. */
const NAMES_ANOTHER: readonly string[] = ['location', 'content-location']

/**
 * The other targets that an answer to an unsafe method makes out of date, as path and query: those in Location and Content-Location, of
 * the same origin only, since nobody may empty another's cache.
 * @param uri the absolute URI of the request
 * @see RFC 9111 §4.4
 */
export function alsoInvalidated(uri: string, fields: Fields): readonly string[] {
  const asked = URL.parse(uri)
  const targets: string[] = []
  for (const name of NAMES_ANOTHER) {
    const named = fields.get(name)
    const other = named === undefined || asked === null ? null : URL.parse(named, uri)
    if (other !== null && other.origin === asked?.origin) targets.push(other.pathname + other.search)
  }
  return targets
}
