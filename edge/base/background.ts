// Work that nobody waits for. It is counted and logged when it fails, so that no promise is ever left floating.

import type { Log, Metrics } from './ports.ts'

/** Lets `work` go on by itself; a failure is counted under `name` and logged. */
export type Background = (name: string, work: Promise<unknown>) => void

/** Makes the background of a process. */
export function createBackground(log: Log, metrics: Metrics): Background {
  return (name, work) => {
    work.catch((cause: unknown) => {
      metrics.counter('weir_background_failures_total', [name]).add(1)
      log.warn({ event: 'background-failed', work: name, cause: String(cause) })
    })
  }
}
