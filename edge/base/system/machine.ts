// What the machine has.

import { availableParallelism } from 'node:os'

/** Cores that this process may use. */
export function systemCores(): number {
  return availableParallelism()
}
