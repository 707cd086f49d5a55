// What the JavaScript engine of this process is told beforehand.

import { setFlagsFromString } from 'node:v8'

/**
 * Tells V8 that what a request makes lives as long as the request; for all threads that begin later.
 *
 * Left alone, V8 learns from the first thousands of requests where long-lived objects are made. Those are cache fills, which wait for origins and
 * outlive several young collections, so it puts what these places make into the old generation at once, hits included, for good: measured on
 * hits, half of all CPU time more, most of it in collections.
 */
export function tuneEngine(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}

/** Reads after which V8 has seen enough: it gathers what a function meets only once that has run for a while. */
const READS = 2_000

/**
 * Has V8 find the methods of texts at once again; for a thread that has loaded all its modules.
 *
 * A class derived from String, as a package has one, makes V8 keep what all texts have in a table until it is read often through an object
 * made from it. Texts themselves do not count. Until then each `text.charCodeAt` of compiled code is a search in that table: a twentieth of
 * what a hit costs, and nothing of it can be inlined.
 */
export function settleTexts(): void {
  const derived: { readonly charCodeAt?: unknown } = Object.create(String.prototype)
  for (let read = 0; read < READS; read++) if (derived.charCodeAt === undefined) return
}
