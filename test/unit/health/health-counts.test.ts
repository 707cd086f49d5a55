import t from 'tap'
import { HealthCounts } from '../../../edge/health/health-counts.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

t.test('peers are counted by pool and health, and a pool without any stands at zero', async (t) => {
  const metrics = new RecordingMetrics()
  const counts = new HealthCounts(metrics)
  const shown = () => [metrics.value('weir_peer_health', ['shop', 'healthy']), metrics.value('weir_peer_health', ['shop', 'unhealthy'])]
  counts.add('shop', 'healthy', 1)
  counts.add('shop', 'healthy', 1)
  counts.add('other', 'unhealthy', 1)
  counts.add('shop', 'healthy', -1)
  counts.add('shop', 'unhealthy', 1)
  t.same(shown(), [1, 1])
  counts.add('shop', 'healthy', -1)
  counts.add('shop', 'unhealthy', -1)
  t.same(shown(), [0, 0])
})
