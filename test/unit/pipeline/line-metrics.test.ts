import t from 'tap'
import { LineMetrics } from '../../../edge/pipeline/line-metrics.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

t.test('requests are in flight from their beginning to their end', async (t) => {
  const metrics = new RecordingMetrics()
  const line = new LineMetrics(metrics)
  line.began()
  line.began()
  line.ended('a', 204, 'origin', 20)
  t.match(line.reading(), { inFlight: 1, requests: 1 })
  t.equal(metrics.value('weir_requests_in_flight'), 1)
  t.equal(metrics.value('weir_requests_total', ['a', '2xx', 'origin']), 1)
  t.same(metrics.observed('weir_request_duration_seconds', ['a']), [0.02])
})

t.test('a reading tells of the lookups since the one before', async (t) => {
  const line = new LineMetrics(new RecordingMetrics())
  for (const outcome of ['hit-l1', 'hit-l2', 'stale', 'miss', 'collapsed']) line.looked('a', outcome)
  t.match(line.reading(), { lookups: 5, hits: 3 })
  t.match(line.reading(), { lookups: 0, hits: 0 })
})

t.test('each event has its series', async (t) => {
  const metrics = new RecordingMetrics()
  const line = new LineMetrics(metrics)
  line.client('person')
  line.fault('LOOP')
  line.fault('LOOP')
  line.clientAborted()
  line.degraded('a', 'closed')
  line.limited('few', 'refused')
  line.coalesced('late')
  line.sent('shop', '2xx', 5)
  line.retried('shop')
  line.ejected('shop')
  t.equal(metrics.value('weir_clients_total', ['person']), 1)
  t.equal(metrics.value('weir_faults_total', ['LOOP']), 2)
  t.equal(metrics.value('weir_client_aborts_total'), 1)
  t.equal(metrics.value('weir_degraded_total', ['a', 'closed']), 1)
  t.equal(metrics.value('weir_limit_decisions_total', ['few', 'refused']), 1)
  t.equal(metrics.value('weir_cache_coalesced_total', ['late']), 1)
  t.equal(metrics.value('weir_upstream_requests_total', ['shop', '2xx']), 1)
  t.same(metrics.observed('weir_upstream_duration_seconds', ['shop']), [0.005])
  t.equal(metrics.value('weir_upstream_retries_total', ['shop']), 1)
  t.equal(metrics.value('weir_peer_ejections_total', ['shop']), 1)
})
