import { isSafeMethod } from '../http/status.ts'

/**
 * Whether an answer makes what is kept of its target out of date: one without error to a method that may have changed it.
 * An unknown method counts as unsafe. The pushed-aside key is the one a GET of the same target would have.
 * @see RFC 9111 §4.4
 */
export function invalidates(method: string, status: number): boolean {
  return !isSafeMethod(method) && status >= 200 && status < 400
}
