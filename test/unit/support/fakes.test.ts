import t from 'tap'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

t.test('timers of a manual clock run at their moment, in order, when time is let pass', async (t) => {
  const clock = new ManualClock(1_000_000)
  const startMs = clock.monotonicMs()
  const seen: string[] = []
  const note = (name: string) => () => seen.push(`${name}@${clock.monotonicMs() - startMs}/${clock.wallMs()}`)
  clock.after(30, note('late'))
  clock.after(10, () => {
    note('early')()
    clock.after(5, note('started by early'))
  })
  const cancelled = clock.after(20, note('cancelled'))
  cancelled()
  const stop = clock.every(12, note('beat'))
  t.same(seen, [], 'nothing happens by itself')

  clock.advance(29)
  t.same(seen, ['early@10/1000010', 'beat@12/1000012', 'started by early@15/1000015', 'beat@24/1000024'])
  clock.advance(1)
  t.equal(seen.at(-1), 'late@30/1000030')

  stop()
  clock.advance(1_000)
  t.equal(seen.length, 5)
  t.equal(clock.pending, 0)
})

t.test('a changed date leaves durations and timers alone', async (t) => {
  const clock = new ManualClock(5_000)
  const startMs = clock.monotonicMs()
  let runs = 0
  clock.after(10, () => runs++)
  clock.setWall(0)
  t.same([clock.wallMs(), clock.monotonicMs() - startMs, runs], [0, 0, 0])
  clock.advance(10)
  t.same([clock.wallMs(), clock.monotonicMs() - startMs, runs], [10, 10, 1])
})

t.test('code that awaits between its timers goes on when time passes in steps', async (t) => {
  const clock = new ManualClock()
  let naps = 0
  const nap = () => new Promise<void>((resolve) => clock.after(10, resolve))
  const work = (async () => {
    for (; naps < 3; naps++) await nap()
  })()
  await clock.advanceAsync(30, 10)
  t.equal(naps, 3)
  await work
})

t.test('one seed gives one row of chances, spread over the whole range', async (t) => {
  const row = (seed: number) =>
    Array.from(
      { length: 1_000 },
      (
        (random) => () =>
          random.next()
      )(new SeededRandom(seed)),
    )
  t.same(row(7), row(7))
  t.strictNotSame(row(7), row(8))
  t.ok(row(7).every((chance) => chance >= 0 && chance < 1))
  const meanOfRow = row(7).reduce((sum, chance) => sum + chance, 0) / 1_000
  t.ok(Math.abs(meanOfRow - 0.5) < 0.05, `mean ${meanOfRow}`)

  const random = new SeededRandom(3)
  const dice = new Set(Array.from({ length: 200 }, () => random.integer(1, 6)))
  t.same([...dice].sort(), [1, 2, 3, 4, 5, 6])
  t.match(random.hex(4), /^[0-9a-f]{8}$/)
})

t.test('a recording log gives back its lines by event', async (t) => {
  const log = new RecordingLog()
  log.info({ event: 'a', n: 1 })
  log.warn({ event: 'b' })
  log.error({ event: 'a', n: 2 })
  t.same(log.of('a'), [
    { event: 'a', n: 1, level: 'info' },
    { event: 'a', n: 2, level: 'error' },
  ])
})

t.test('recording metrics add up, and refuse labels that the table does not have', async (t) => {
  const metrics = new RecordingMetrics()
  metrics.counter('weir_client_aborts_total').add(1)
  t.equal(metrics.value('weir_client_aborts_total'), 1)
  metrics.gauge('weir_requests_in_flight').add(2)
  t.equal(metrics.value('weir_requests_in_flight'), 2)
  metrics.histogram('weir_request_duration_seconds', ['shop']).observe(0.5)
  t.same(metrics.observed('weir_request_duration_seconds', ['shop']), [0.5])
  t.throws(() => metrics.counter('weir_requests_in_flight', ['extra']), /has 0 label\(s\)/)
})
