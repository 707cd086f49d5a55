// The real clock, timers and chance. Only the mains take these; everything else gets them through Ports.

import { randomBytes } from 'node:crypto'
import type { Clock, Random, Timers } from '../ports.ts'

/** The clock of the machine. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

/** The timers of the machine; they never keep a process alive. */
export const systemTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs)
    timer.unref()
    return () => clearInterval(timer)
  },
}

/** The chance of the machine. */
export const systemRandom: Random = {
  next: () => Math.random(),
  hex: (count) => randomBytes(count).toString('hex'),
}
