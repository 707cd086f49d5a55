// How long to wait after failures: exponential, so that a Consul in trouble is left alone; jittered, so that watches that failed
// together do not come back together.

/** The mean wait after the first failure. */
const FIRST_MS = 250
/** The longest wait. */
export const MAX_BACKOFF_MS = 15_000

/**
 * The wait after this many failures in a row, in ms: between half of and all of an exponential step.
 * @param failures 1 or more
 * @param chance a number in [0, 1)
 */
export function backoffMs(failures: number, chance: number): number {
  const stepMs = Math.min(MAX_BACKOFF_MS, FIRST_MS * 2 ** Math.min(failures, 16))
  return stepMs / 2 + (stepMs / 2) * chance
}
