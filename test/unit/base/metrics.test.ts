import t from 'tap'
import { exposition } from '../../../edge/base/exposition.ts'
import { createSlab, MAX_SERIES, type Series, SLAB_SLOTS, SlabMetrics } from '../../../edge/base/metrics.ts'
import { DURATION_BUCKETS_S } from '../../../edge/contract/metrics.ts'

function start() {
  const slab = createSlab()
  const series: Series[] = []
  const metrics = new SlabMetrics(slab, (one) => series.push(one))
  const countOf = (name: string, ...labels: string[]) => {
    const found = series.find((one) => one.name === name && one.labels.join() === labels.join())
    return found === undefined ? undefined : new Float64Array(slab)[found.slot]
  }
  return { slab, series, metrics, countOf }
}

t.test('asking twice for a series gives the same one, announced once', async (t) => {
  const { metrics, series, countOf } = start()
  metrics.counter('weir_faults_total', ['LOOP']).add(2)
  metrics.counter('weir_faults_total', ['LOOP']).add(3)
  metrics.counter('weir_faults_total', ['INTERNAL']).add(1)
  t.equal(series.length, 2)
  t.equal(countOf('weir_faults_total', 'LOOP'), 5)
  t.equal(countOf('weir_faults_total', 'INTERNAL'), 1)
})

t.test('a gauge is set and added to', async (t) => {
  const { metrics, countOf } = start()
  const gauge = metrics.gauge('weir_connections')
  gauge.set(10)
  gauge.add(-3)
  t.equal(countOf('weir_connections'), 7)
})

t.test('a duration on a bound falls into the bucket of that bound, one beyond all bounds only into the count', async (t) => {
  const { metrics, series, slab } = start()
  const histogram = metrics.histogram('weir_request_duration_seconds', ['home'])
  histogram.observe(DURATION_BUCKETS_S[0]!)
  histogram.observe(1_000)
  const cells = new Float64Array(slab, series[0]!.slot * 8, DURATION_BUCKETS_S.length + 2)
  t.equal(cells[0], 1)
  t.equal(cells[DURATION_BUCKETS_S.length - 1], 0)
  t.equal(cells[DURATION_BUCKETS_S.length], 2, 'count of all')
  t.equal(cells[DURATION_BUCKETS_S.length + 1], 1_000.001, 'sum')
})

t.test('beyond its series a metric counts in one (other) series, and says how many were dropped', async (t) => {
  const { metrics, series, countOf } = start()
  for (let i = 0; i < MAX_SERIES + 10; i += 1) metrics.counter('weir_clients_total', [`class-${i}`]).add(1)
  t.equal(countOf('weir_clients_total', '(other)'), 10)
  t.equal(countOf('weir_metric_series_dropped_total'), 10)
  t.equal(series.length, MAX_SERIES + 2)
})

t.test('a slab that is full drops what is new, in place, and keeps counting what it knows', async (t) => {
  const { metrics, series, slab, countOf } = start()
  const known = metrics.counter('weir_connections')
  for (let i = 0; i < MAX_SERIES; i += 1) {
    for (const name of ['weir_request_duration_seconds', 'weir_upstream_duration_seconds'] as const)
      metrics.histogram(name, [`label-${i}`]).observe(0)
  }
  for (let i = 0; i < 1_990; i += 1) metrics.counter('weir_limit_decisions_total', ['limit', `decision-${i}`]).add(1)
  known.add(1)
  t.equal(countOf('weir_connections'), 1)
  t.ok(series.every((one) => one.slot < SLAB_SLOTS))
  t.ok((countOf('weir_metric_series_dropped_total') ?? 0) > 0)
  t.match(exposition([{ slab, series, ended: false }]), /weir_limit_decisions_total\{limit="\(other\)",decision="\(other\)"\} \d+/)
})

t.test('labels that the table does not have are refused', async (t) => {
  const { metrics } = start()
  t.throws(() => metrics.counter('weir_faults_total'), RangeError)
  t.throws(() => metrics.counter('weir_connections', ['x']), RangeError)
})
