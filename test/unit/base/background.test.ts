import t from 'tap'
import { createBackground } from '../../../edge/base/background.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

t.test('work that fails with nobody waiting is counted by name and logged', async (t) => {
  const log = new RecordingLog()
  const metrics = new RecordingMetrics()
  const background = createBackground(log, metrics)
  background('cache.store', Promise.reject(new Error('no room')))
  await new Promise(setImmediate)
  t.equal(metrics.value('weir_background_failures_total', ['cache.store']), 1)
  t.match(log.of('background-failed'), [{ level: 'warn', work: 'cache.store', cause: 'Error: no room' }])
})

t.test('work that succeeds leaves no trace', async (t) => {
  const log = new RecordingLog()
  createBackground(log, new RecordingMetrics())('cache.store', Promise.resolve(1))
  await new Promise(setImmediate)
  t.same(log.lines, [])
})
