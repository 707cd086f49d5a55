// Work at a steady pace: each turn has a time of its own, so that a slow one makes the next ones not come in a burst.

import type { Clock, Timers } from './ports.ts'

/** How fast, and by which time. `count` may be a fraction. */
export interface Pace {
  readonly rate: { readonly count: number; readonly perMs: number }
  readonly clock: Clock
  readonly timers: Timers
}

/** Gives a function whose promise resolves when the next turn may begin. */
export function pacing({ clock, timers, rate }: Pace): () => Promise<void> {
  const everyMs = rate.perMs / rate.count
  let nextMs = clock.monotonicMs()
  return () => {
    const nowMs = clock.monotonicMs()
    const atMs = Math.max(nowMs, nextMs)
    nextMs = atMs + everyMs
    // Timers are right to a millisecond: what is nearer happens at once, and the average holds.
    return atMs - nowMs < 1 ? Promise.resolve() : new Promise((resolve) => timers.after(atMs - nowMs, resolve))
  }
}
