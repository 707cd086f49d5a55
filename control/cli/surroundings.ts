// The real surroundings of the command line: this process, its terminal and its signals.

import { systemClock, systemTimers } from '../../edge/base/system/clock.ts'
import { systemFiles } from '../../edge/base/system/files.ts'
import type { Surroundings } from './command.ts'

const DEFAULT_COLUMNS = 100
const LEAST_COLUMNS = 60
/** Any time does; a day is not often. */
const HOLD_MS = 86_400_000
/** To the beginning of the line, and clear it (ECMA-48: CR, EL). */
const CLEAR_LINE = '\r\x1b[K'

/** What commands take from this process. */
export function processSurroundings(): Surroundings {
  return {
    terminal: {
      out: (line) => process.stdout.write(`${line}\n`),
      err: (line) => process.stderr.write(`${line}\n`),
      columns: Math.max(LEAST_COLUMNS, process.stdout.columns ?? DEFAULT_COLUMNS),
      interactive: process.stderr.isTTY === true,
      draw: (line) => process.stderr.write(`${CLEAR_LINE}${line}`),
    },
    clock: systemClock,
    timers: systemTimers,
    files: systemFiles,
    env: process.env,
    hold,
    untilStopped,
  }
}

function hold(): () => void {
  const held = setInterval(() => {}, HOLD_MS)
  return () => clearInterval(held)
}

// The listeners stay: a second Ctrl-C while things are being stopped must not tear them down halfway. Stopping has a deadline of its own.
function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal))
  })
}
