import t from 'tap'
import { OutcomeCounters } from '../../../edge/cache/outcome-counters.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

t.test('each outcome is counted in a series of its own, asked for once', async (t) => {
  const metrics = new RecordingMetrics()
  let asked = 0
  const spy = {
    counter: (...args: Parameters<typeof metrics.counter>) => {
      asked++
      return metrics.counter(...args)
    },
    gauge: metrics.gauge.bind(metrics),
    histogram: metrics.histogram.bind(metrics),
  }
  const counters = new OutcomeCounters<'hit' | 'miss'>(spy, 'weir_l2_lookups_total')
  for (const outcome of ['hit', 'hit', 'miss'] as const) counters.count(outcome)
  t.same(
    ['hit', 'miss', 'late'].map((outcome) => metrics.value('weir_l2_lookups_total', [outcome])),
    [2, 1, 0],
  )
  t.equal(asked, 2)
})
