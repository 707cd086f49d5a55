import type { Abort } from '../base/abort.ts'
import { EdgeError } from '../base/edge-error.ts'
import type { Timers } from '../base/ports.ts'

/** Lets time pass. Rejects with CLIENT_GONE as soon as nobody wants what comes after it. */
export function pause(delayMs: number, timers: Timers, wanted: Abort): Promise<void> {
  if (wanted.aborted) return Promise.reject(new EdgeError('CLIENT_GONE'))
  return new Promise((resolve, reject) => {
    const stopListening = wanted.on(() => {
      cancel()
      reject(new EdgeError('CLIENT_GONE'))
    })
    const cancel = timers.after(delayMs, () => {
      stopListening()
      resolve()
    })
  })
}
