import t from 'tap'
import { ByteBudget } from '../../../edge/base/byte-budget.ts'
import { PressureWatch } from '../../../edge/base/pressure-watch.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

const CONFIG = { loopDelayMs: 200, heapRatio: 0.85, maxInFlight: 100, bufferMaxBytes: 1_000, retryAfterMs: 3_000 }

function made() {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const metrics = new RecordingMetrics()
  const budget = new ByteBudget(CONFIG.bufferMaxBytes)
  const now = { delayMs: 0, heapRatio: 0.1, inFlight: 0 }
  const worstLoopDelayMs = () => {
    const { delayMs } = now
    now.delayMs = 0
    return delayMs
  }
  const vitals = { worstLoopDelayMs, heapRatio: () => now.heapRatio }
  const watch = new PressureWatch({ config: CONFIG, vitals, budget, inFlight: () => now.inFlight }, { clock, timers: clock, log, metrics })
  return { watch, clock, log, metrics, budget, now }
}

t.test('it looks ten times a second, and shows what it saw', async (t) => {
  const { watch, clock, metrics, budget, now } = made()
  t.equal(watch.level, 0)
  t.equal(watch.retryAfterMs, 3_000)
  now.heapRatio = 0.95
  budget.take(400)
  clock.advance(100)
  t.equal(watch.level, 2)
  t.equal(metrics.value('weir_pressure'), 2)
  t.equal(metrics.value('weir_buffered_bytes'), 400)
})

t.test('requests and buffers count before it looks again', async (t) => {
  const { watch, metrics, budget, now } = made()
  now.inFlight = 50
  t.equal(watch.level, 1)
  now.inFlight = 0
  budget.hold(1_000)
  t.equal(watch.level, 3)
  budget.give(1_000)
  t.equal(watch.level, 0)
  t.equal(metrics.value('weir_pressure'), 0)
})

t.test('each change is one line that says why', async (t) => {
  const { clock, log, now } = made()
  clock.advance(1_000)
  t.same(log.lines, [])
  now.inFlight = 80
  clock.advance(500)
  t.match(log.of('pressure'), [{ level: 'warn', from: 0, to: 2, cause: 'in-flight', inFlight: 80, heapRatio: 0.1, bufferedBytes: 0 }])
  now.inFlight = 0
  clock.advance(3_000)
  const [, ...falls] = log.of('pressure')
  t.match(falls, [
    { level: 'info', from: 2, to: 1, cause: 'in-flight' },
    { level: 'info', from: 1, to: 0, cause: 'in-flight' },
  ])
  t.equal(falls.length, 2)
})

t.test('the delay that is shown is the worst of a whole second', async (t) => {
  const { clock, metrics, now } = made()
  clock.advance(300)
  now.delayMs = 170
  clock.advance(100)
  now.delayMs = 20
  clock.advance(600)
  t.equal(metrics.value('weir_event_loop_delay_seconds'), 0.17)
  clock.advance(1_000)
  t.equal(metrics.value('weir_event_loop_delay_seconds'), 0)
})
