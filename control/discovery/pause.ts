import type { Abort } from '../../edge/base/abort.ts'
import type { Timers } from '../../edge/base/ports.ts'

/** Resolves after `ms`, or at once when `abort` says to stop. */
export function pause(ms: number, timers: Timers, abort: Abort): Promise<void> {
  if (ms <= 0 || abort.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const cancel = timers.after(ms, done)
    const off = abort.on(done)
    function done() {
      cancel()
      off()
      resolve()
    }
  })
}
