import t from 'tap'
import type { AuditProgress, AuditReport, AuditShare } from '../../../edge/contract/audit.ts'
import { countVerdict, newGroup } from '../../../edge/contract/audit-tally.ts'
import { AuditDesk, type AuditedWorker } from '../../../edge/server/audit-desk.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

class ToyWorker implements AuditedWorker {
  readonly shares: AuditShare[] = []
  told: (progress: AuditProgress) => void = () => {}
  stops = 0
  #end: (report: AuditReport | null) => void = () => {}

  audit(share: AuditShare, told: (progress: AuditProgress) => void): Promise<AuditReport | null> {
    this.shares.push(share)
    this.told = told
    return new Promise((resolve) => {
      this.#end = resolve
    })
  }

  stopAudit(): void {
    this.stops += 1
    this.end(0, 0, 'stopped')
  }

  end(same: number, content: number, ended: AuditReport['ended'] = 'whole'): void {
    const group = newGroup('all', 'a')
    for (let i = 0; i < same; i++) countVerdict(group, 'same', '')
    for (let i = 0; i < content; i++) countVerdict(group, 'content', '')
    this.#end({ ended, groups: [group] })
  }

  vanish(): void {
    this.#end(null)
  }
}

const TERMS = { sample: 10, ratePerS: 5, fix: 'no' } as const

function desk(everyMs = 0) {
  const [clock, metrics, log] = [new ManualClock(), new RecordingMetrics(), new RecordingLog()]
  const workers = [new ToyWorker(), new ToyWorker()]
  return {
    workers,
    clock,
    metrics,
    log,
    desk: new AuditDesk({ everyMs, sample: 7, ratePerS: 3 }, () => workers, { timers: clock, metrics, log }),
  }
}

t.test('it is shared out, added up, told as one, and counted', async (t) => {
  const { desk: audits, workers, metrics } = desk()
  const told: AuditProgress[] = []
  const running = audits.begin(TERMS, (progress) => told.push(progress))!
  t.match(workers[1]!.shares, [{ ...TERMS, worker: 1, workers: 2, deadlineMs: 64_000 }])
  workers[0]!.told({ done: 1, of: 5, drifted: 1 })
  workers[1]!.told({ done: 2, of: 5, drifted: 0 })
  t.same(told.at(-1), { done: 3, of: 10, drifted: 1 })
  workers[0]!.end(2, 1)
  workers[1]!.end(1, 0)
  t.match(await running.report, { ended: 'whole', groups: [{ route: 'all', sampled: 4, verdicts: { same: 3, content: 1 } }] })
  t.equal(metrics.value('weir_cache_audit_total', ['all', 'same']), 3)
  t.equal(metrics.value('weir_cache_audit_total', ['all', 'content']), 1)
  t.equal(metrics.value('weir_cache_drift_ratio', ['all']), 0.25)
})

t.test('there is one at a time; a worker that ends meanwhile makes it end early', async (t) => {
  const { desk: audits, workers } = desk()
  const running = audits.begin(TERMS, () => {})!
  t.equal(
    audits.begin(TERMS, () => {}),
    null,
  )
  workers[0]!.end(1, 0)
  workers[1]!.vanish()
  t.match(await running.report, { ended: 'stopped', groups: [{ sampled: 1 }] })
  t.not(
    audits.begin(TERMS, () => {}),
    null,
  )
})

t.test('by itself it begins as often as it is set to, changes nothing, and says what it found', async (t) => {
  const { desk: audits, workers, clock, log } = desk(60_000)
  audits.schedule()
  clock.advance(60_000)
  t.match(workers[0]!.shares, [{ sample: 7, ratePerS: 3, fix: 'no' }])
  clock.advance(60_000)
  t.equal(workers[0]!.shares.length, 1, 'one that takes longer is waited for')
  for (const worker of workers) worker.end(1, 1)
  for (let i = 0; i < 10; i++) await Promise.resolve()
  t.match(log.lines, [{ event: 'cache-audited', ended: 'whole', sampled: 4, drifted: 2 }])
  clock.advance(60_000)
  audits.stop()
  t.equal(workers[0]!.stops, 1)
  clock.advance(600_000)
  t.equal(workers[0]!.shares.length, 2)
})
