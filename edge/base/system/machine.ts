// What the machine has.

import { availableParallelism, totalmem } from 'node:os'

/** Cores that this process may use. */
export function systemCores(): number {
  return availableParallelism()
}

/** Bytes of memory that this process may use: those of the machine, or fewer where its container says so. */
export function systemMemoryBytes(): number {
  // 0 where nothing is said; without a limit some systems say a number that no machine has.
  const allowedBytes = process.constrainedMemory()
  return allowedBytes > 0 ? Math.min(allowedBytes, totalmem()) : totalmem()
}
