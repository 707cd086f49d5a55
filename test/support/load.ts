/** One request of a load: gives the status it was answered with, throws when there was no whole answer. */
export type SendOne = (index: number) => Promise<number>

/** What came of a load. */
export interface LoadReport {
  readonly sent: number
  /** Answers per status. */
  readonly statuses: Readonly<Record<number, number>>
  /** One sentence per request without an answer. */
  readonly failures: readonly string[]
  /** Of every answered request, shortest first. */
  readonly latenciesMs: readonly number[]
}

/** Sends `total` requests, at most `inFlight` at a time; never throws for a failed one. */
export async function runLoad(send: SendOne, options: { readonly total: number; readonly inFlight: number }): Promise<LoadReport> {
  return drive(send, options.inFlight, (sent) => sent < options.total)
}

/**
 * Keeps `inFlight` requests going for as long as `work` runs, then lets the last ones finish.
 * @throws what `work` throws, after the load has ended
 */
export async function runWhile(work: Promise<unknown>, send: SendOne, inFlight: number): Promise<LoadReport> {
  let isOver = false
  const watched = work.finally(() => {
    isOver = true
  })
  // Its fault is thrown below; until then it must not count as unhandled.
  watched.catch(() => undefined)
  const report = await drive(send, inFlight, () => !isOver)
  await watched
  return report
}

/** The latency that `quantile` (0..1) of the answered requests stayed within, in ms; 0 when none was answered. */
export function latencyMs(report: LoadReport, quantile: number): number {
  const place = Math.ceil(report.latenciesMs.length * quantile) - 1
  return report.latenciesMs[Math.max(0, place)] ?? 0
}

async function drive(send: SendOne, inFlight: number, goesOn: (sent: number) => boolean): Promise<LoadReport> {
  const statuses: Record<number, number> = {}
  const failures: string[] = []
  const latenciesMs: number[] = []
  let sent = 0
  const lane = async () => {
    while (goesOn(sent)) {
      const startedAtMs = performance.now()
      try {
        const status = await send(sent++)
        statuses[status] = (statuses[status] ?? 0) + 1
        latenciesMs.push(performance.now() - startedAtMs)
      } catch (cause) {
        failures.push(cause instanceof Error ? cause.message : String(cause))
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return { sent, statuses, failures, latenciesMs: latenciesMs.sort((a, b) => a - b) }
}
