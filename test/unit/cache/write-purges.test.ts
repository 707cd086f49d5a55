import t from 'tap'
import { WritePurges } from '../../../edge/cache/write-purges.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

const urlsFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => `http://shop.test/${first + i}`)

function stage() {
  const clock = new ManualClock()
  const metrics = new RecordingMetrics()
  const sent: (readonly string[])[] = []
  const purges = new WritePurges({ timers: clock, metrics }, (orders) => {
    sent.push(orders.map((order) => (order.by === 'url' && order.mode === 'hard' ? order.url : 'another order')))
  })
  const counted = () => ['sent', 'waits', 'merged', 'full'].map((outcome) => metrics.value('weir_cache_write_purges_total', [outcome]))
  const add = (first: number, count: number) => {
    for (const url of urlsFrom(first, count)) purges.add(url)
  }
  return { clock, sent, counted, add }
}

t.test('ten within a second are purged at once, the next ones in the next second together', async (t) => {
  const { clock, sent, counted, add } = stage()
  add(0, 13)
  const atOnce = urlsFrom(0, 10).map((url) => [url])
  t.same(sent, atOnce)
  clock.advance(999)
  t.same(sent, atOnce)
  clock.advance(1)
  t.same(sent.slice(10), [urlsFrom(10, 3)])
  add(20, 8)
  t.equal(sent.length, 18, 'those that waited count')
  t.same(counted(), [17, 4, 0, 0])
})

t.test('a URL waits once, and is purged after its last write', async (t) => {
  const { clock, sent, counted, add } = stage()
  add(0, 10)
  add(0, 1)
  add(0, 1)
  t.same(counted(), [10, 1, 1, 0])
  clock.advance(1_000)
  t.same(sent.at(-1), urlsFrom(0, 1))
})

t.test('a flood never gets above the rate; what finds no room is counted', async (t) => {
  const { clock, sent, counted, add } = stage()
  add(0, 1_000)
  t.same(counted(), [10, 100, 0, 890])
  for (let second = 1; second <= 10; second += 1) {
    clock.advance(1_000)
    t.equal(sent.flat().length, 10 + second * 10)
  }
  clock.advance(2_000)
  t.equal(clock.pending, 0, 'nothing ticks while nothing is written')
})
