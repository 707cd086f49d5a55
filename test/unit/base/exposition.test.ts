import t from 'tap'
import { exposition, type SlabView } from '../../../edge/base/exposition.ts'
import { createSlab, type Series, SlabMetrics } from '../../../edge/base/metrics.ts'

function worker(count: (metrics: SlabMetrics) => void, ended = false): SlabView {
  const slab = createSlab()
  const series: Series[] = []
  count(new SlabMetrics(slab, (one) => series.push(one)))
  return { slab, series, ended }
}

t.test('counters of all workers are added up, under one HELP and TYPE', async (t) => {
  const count = (metrics: SlabMetrics) => metrics.counter('weir_faults_total', ['LOOP']).add(2)
  t.equal(
    exposition([worker(count), worker(count)]),
    '# HELP weir_faults_total Faults by code of the error table.\n# TYPE weir_faults_total counter\nweir_faults_total{code="LOOP"} 4\n',
  )
})

t.test('a worker that ended keeps its counts and loses its gauges', async (t) => {
  const ended = worker((metrics) => {
    metrics.counter('weir_faults_total', ['LOOP']).add(5)
    metrics.gauge('weir_connections').set(7)
  }, true)
  const living = worker((metrics) => metrics.gauge('weir_connections').set(1))
  const text = exposition([ended, living])
  t.match(text, /^weir_faults_total\{code="LOOP"\} 5$/m)
  t.match(text, /^weir_connections 1$/m)
})

t.test('what is a state and no amount is the highest of the workers', async (t) => {
  const text = exposition([
    worker((metrics) => metrics.gauge('weir_peers', ['shop']).set(3)),
    worker((metrics) => metrics.gauge('weir_peers', ['shop']).set(2)),
  ])
  t.match(text, /^weir_peers\{pool="shop"\} 3$/m)
  const ends = worker((metrics) => metrics.gauge('weir_certificate_expiry_timestamp_seconds', ['a.example']).set(1_800_000_000))
  t.match(exposition([ends, ends]), /\{name="a\.example"\} 1800000000$/m)
})

t.test('buckets of a histogram are cumulative up to +Inf, beside its sum and its count', async (t) => {
  const text = exposition([
    worker((metrics) => {
      const histogram = metrics.histogram('weir_request_duration_seconds', ['home'])
      for (const seconds of [0.001, 0.002, 0.25, 99]) histogram.observe(seconds)
    }),
  ])
  const line = (name: string) => new RegExp(`^weir_request_duration_seconds_${name.replace(/[+{}.]/g, '\\$&')}$`, 'm')
  t.match(text, line('bucket{route="home",le="0.001"} 1'))
  t.match(text, line('bucket{route="home",le="0.0025"} 2'))
  t.match(text, line('bucket{route="home",le="0.1"} 2'))
  t.match(text, line('bucket{route="home",le="30"} 3'))
  t.match(text, line('bucket{route="home",le="+Inf"} 4'))
  t.match(text, line('sum{route="home"} 99.253'))
  t.match(text, line('count{route="home"} 4'))
})

t.test('a label value cannot break out of its quotes', async (t) => {
  const text = exposition([worker((metrics) => metrics.counter('weir_clients_total', ['a"b\\c\nd']).add(1))])
  t.match(text, /^weir_clients_total\{class="a\\"b\\\\c\\nd"\} 1$/m)
})

t.test('labels that look alike when joined stay apart', async (t) => {
  const text = exposition([
    worker((metrics) => {
      metrics.counter('weir_limit_decisions_total', ['a', 'b,c']).add(1)
      metrics.counter('weir_limit_decisions_total', ['a,b', 'c']).add(2)
    }),
  ])
  t.match(text, /limit="a",decision="b,c"\} 1/)
  t.match(text, /limit="a,b",decision="c"\} 2/)
})
