// The real readings of a thread: how late its event loop runs, and how full its heap is.
//
// perf_hooks.monitorEventLoopDelay is not used for the first: reset for each reading, it misses the stall that begins before its
// next sample, which under steady overload is every one.

import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { resourceLimits } from 'node:worker_threads'
import type { Vitals } from '../pressure-watch.ts'
import { systemClock, systemTimers } from './clock.ts'

/** How often the loop is looked at; a stall is seen as at most this much shorter than it was. */
const EVERY_MS = 20
const MIB = 1_048_576
/** Spaces that a collection empties, and those that are no part of the limit. */
const NOT_OLD: ReadonlySet<string> = new Set(['new_space', 'new_large_object_space', 'read_only_space'])

/** Begins to watch the thread it is called in. */
export function systemVitals(): Vitals {
  const limitBytes = oldHeapLimitBytes()
  let worstMs = 0
  let seenMs = systemClock.monotonicMs()
  systemTimers.every(EVERY_MS, () => {
    const nowMs = systemClock.monotonicMs()
    worstMs = Math.max(worstMs, nowMs - seenMs - EVERY_MS)
    seenMs = nowMs
  })
  return {
    worstLoopDelayMs() {
      const delayMs = worstMs
      worstMs = 0
      return delayMs
    },
    heapRatio: () => oldHeapBytes() / limitBytes,
  }
}

// It is the old generation that a thread dies of: `heap_size_limit` has up to 96 MiB for the young one in it, and with a small limit
// a heap that is about to end the process would look half empty.
function oldHeapLimitBytes(): number {
  const limitBytes = getHeapStatistics().heap_size_limit
  // Not maxOldGenerationSizeMb: with --max-old-space-size another limit counts than it says.
  const youngBytes = (resourceLimits.maxYoungGenerationSizeMb ?? 0) * MIB
  return youngBytes > 0 && youngBytes < limitBytes ? limitBytes - youngBytes : limitBytes
}

function oldHeapBytes(): number {
  let bytes = 0
  for (const space of getHeapSpaceStatistics()) if (!NOT_OLD.has(space.space_name)) bytes += space.space_used_size
  return bytes
}
