import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openLog } from '../../../../edge/base/system/log.ts'
import { RecordingMetrics } from '../../../support/recording-metrics.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { until } from '../../../support/until.ts'

const dropped = (metrics: RecordingMetrics) => metrics.value('weir_log_lines_dropped_total')

t.test('a line is one JSON object with its level, time, base and members; control bytes are escaped', async (t) => {
  const path = join(tempDir(t), 'logs', 'access.log')
  const metrics = new RecordingMetrics()
  const sink = openLog(path, { edge: 'e1' }, metrics)
  sink.log.info({ event: 'exchange', target: '/a\n"b"\u0000' })
  sink.log.warn({ event: 'warned' })
  sink.log.error({ event: 'failed' })
  const text: string = await until(() => readWhole(path, 3), { what: 'three lines in the log' })
  const lines = text.trimEnd().split('\n')
  const [first] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  t.match(first, { level: 30, edge: 'e1', event: 'exchange', target: '/a\n"b"\u0000', time: /^\d{4}-\d\d-\d\dT/ })
  t.match(lines[1], /"level":40/)
  t.match(lines[2], /"level":50/)
  t.equal(dropped(metrics), 0)
})

function readWhole(path: string, lines: number): string {
  const text = readFileSync(path, 'utf8')
  return text.split('\n').length > lines ? text : ''
}

t.test('a sink that does not keep up loses lines, counted, and nobody waits for it', async (t) => {
  const metrics = new RecordingMetrics()
  const sink = openLog(join(tempDir(t), 'access.log'), {}, metrics)
  // Within one tick nothing is written, however fast the disk is.
  const line = { event: 'exchange', text: 'x'.repeat(10_000) }
  for (let i = 0; i < 1_000; i += 1) sink.log.info(line)
  t.ok(dropped(metrics) > 500, `${dropped(metrics)} dropped`)
  t.ok(dropped(metrics) < 700, 'four megabytes wait')
})

t.test('a file that cannot be opened is counted, said once, and ends nothing', async (t) => {
  const metrics = new RecordingMetrics()
  const file = join(tempDir(t), 'no-folder')
  writeFileSync(file, '')
  const failures: Error[] = []
  const sink = openLog(join(file, 'access.log'), {}, metrics, (cause) => failures.push(cause))
  sink.log.info({ event: 'exchange' })
  await until(() => dropped(metrics) > 0, { what: 'the loss to be counted' })
  const lost = dropped(metrics)
  sink.log.warn({ event: 'later' })
  t.equal(dropped(metrics), lost + 1)
  sink.flush()
  t.match(failures, [{ syscall: 'mkdir' }])
  t.equal(failures.length, 1)
})

t.test('flush writes out what waits', async (t) => {
  const path = join(tempDir(t), 'access.log')
  const sink = openLog(path, {}, new RecordingMetrics())
  sink.log.info({ event: 'first' })
  await until(() => readWhole(path, 1), { what: 'the log to be open' })
  sink.log.info({ event: 'last' })
  sink.flush()
  // A write that is under way already ends in its own time.
  t.match(await until(() => readWhole(path, 2), { what: 'both lines' }), /"event":"last"/)
})

t.test('a log that is off takes lines and keeps none', async (t) => {
  const metrics = new RecordingMetrics()
  const sink = openLog('off', {}, metrics)
  sink.log.info({ event: 'exchange' })
  sink.flush()
  t.equal(dropped(metrics), 0)
})
