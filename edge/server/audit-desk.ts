// The audits of an edge: one at a time, shared out to its workers, added up, and kept as a trend in the metrics.

import type { Cancel, Ports } from '../base/ports.ts'
import { type AuditConfig, type AuditProgress, type AuditReport, type AuditShare, type AuditTerms, VERDICTS } from '../contract/audit.ts'
import { addedUp, driftedIn, driftRatio, sumOf } from '../contract/audit-tally.ts'
import { MINUTE_MS, SECOND_MS } from '../contract/units.ts'

/** A worker as audits see it. */
export interface AuditedWorker {
  audit(share: AuditShare, told: (progress: AuditProgress) => void): Promise<AuditReport | null>
  stopAudit(): void
}

/** An audit under way. */
export interface RunningAudit {
  readonly report: Promise<AuditReport>
  /** Ends it; the report says what was found by then. */
  readonly stop: () => void
}

/** Runs the audits of an edge. */
export class AuditDesk {
  readonly #config: AuditConfig
  readonly #workers: () => readonly AuditedWorker[]
  readonly #ports: Pick<Ports, 'timers' | 'metrics' | 'log'>
  #running: RunningAudit | null = null
  #cancel: Cancel = () => {}

  constructor(config: AuditConfig, workers: () => readonly AuditedWorker[], ports: Pick<Ports, 'timers' | 'metrics' | 'log'>) {
    this.#config = config
    this.#workers = workers
    this.#ports = ports
  }

  /** Begins an audit; null while there is one. @param told hears how far it is */
  begin(terms: AuditTerms, told: (progress: AuditProgress) => void): RunningAudit | null {
    if (this.#running !== null) return null
    const workers = this.#workers()
    const running = { report: this.#run(terms, workers, told), stop: () => stopAll(workers) }
    this.#running = running
    return running
  }

  /** From now on audits run by themselves, as the settings say. */
  schedule(): void {
    const { everyMs } = this.#config
    if (everyMs > 0) this.#cancel = this.#ports.timers.every(everyMs, () => this.#byItself())
  }

  /** Ends what runs, and what would. */
  stop(): void {
    this.#cancel()
    this.#running?.stop()
  }

  async #run(terms: AuditTerms, workers: readonly AuditedWorker[], told: (progress: AuditProgress) => void): Promise<AuditReport> {
    // Twice as long as it takes when every origin answers at once.
    const deadlineMs = MINUTE_MS + (2 * SECOND_MS * terms.sample) / terms.ratePerS
    const parts = workers.map((): AuditProgress => ({ done: 0, of: 0, drifted: 0 }))
    const reports = await Promise.all(
      workers.map((worker, index) =>
        worker.audit({ ...terms, worker: index, workers: workers.length, deadlineMs }, (progress) => {
          parts[index] = progress
          told(parts.reduce((a, b) => ({ done: a.done + b.done, of: a.of + b.of, drifted: a.drifted + b.drifted })))
        }),
      ),
    )
    this.#running = null
    const heard = reports.filter((report) => report !== null)
    const report = addedUp(heard.length === reports.length ? heard : [...heard, { ended: 'stopped', groups: [] }])
    this.#note(report)
    return report
  }

  #note({ groups }: AuditReport): void {
    const { metrics } = this.#ports
    for (const route of new Set(groups.map((group) => group.route))) {
      const ofRoute = groups.filter((group) => group.route === route)
      for (const verdict of VERDICTS) {
        const count = sumOf(ofRoute, ({ verdicts }) => verdicts[verdict])
        if (count > 0) metrics.counter('weir_cache_audit_total', [route, verdict]).add(count)
      }
      const ratio = driftRatio(ofRoute)
      if (ratio !== null) metrics.gauge('weir_cache_drift_ratio', [route]).set(ratio)
    }
  }

  #byItself(): void {
    const running = this.begin({ ...this.#config, fix: 'no' }, () => {})
    const { log } = this.#ports
    running?.report.then(
      ({ ended, groups }) => {
        const drifted = driftedIn(groups)
        log[drifted > 0 ? 'warn' : 'info']({ event: 'cache-audited', ended, sampled: sumOf(groups, ({ sampled }) => sampled), drifted })
      },
      (cause: unknown) => log.error({ event: 'cache-audit-failed', cause: String(cause) }),
    )
  }
}

function stopAll(workers: readonly AuditedWorker[]): void {
  for (const worker of workers) worker.stopAudit()
}
