import t from 'tap'
import { counters } from '../../../edge/base/series-tree.ts'
import { RouteSeries } from '../../../edge/route/route-series.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

t.test('each answer and each lookup is counted in its own series, whatever came before it', async (t) => {
  const metrics = new RecordingMetrics()
  const answered = counters(metrics, 'weir_requests_total')
  const looked = counters(metrics, 'weir_cache_lookups_total')
  const duration = metrics.histogram('weir_request_duration_seconds', ['a'])
  const series = new RouteSeries(answered.at('a'), looked.at('a'), duration)
  const answers = [200, 200, 204, 404, 200, 503, 200].map((status, i) => [status, i === 4 ? 'origin' : 'hit'] as const)
  for (const [status, servedBy] of answers) series.answered(status, servedBy)
  for (const outcome of ['miss', 'hit-l1', 'hit-l1', 'miss']) series.looked(outcome)

  const answersOf = (status: string, servedBy: string) => metrics.value('weir_requests_total', ['a', status, servedBy])
  t.same([answersOf('2xx', 'hit'), answersOf('2xx', 'origin'), answersOf('4xx', 'hit'), answersOf('5xx', 'hit')], [4, 1, 1, 1])
  const looksOf = (outcome: string) => metrics.value('weir_cache_lookups_total', ['a', outcome])
  t.same([looksOf('miss'), looksOf('hit-l1')], [2, 2])
  t.equal(series.duration, duration)
})
