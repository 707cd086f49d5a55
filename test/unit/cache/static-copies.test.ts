import t from 'tap'
import { StaticCopies } from '../../../edge/cache/static-copies.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryBlobs } from '../../support/memory-blobs.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { makeEntry } from './make-entry.ts'

const ANY = Fields.of({})

function making(maxBytes = 1_000_000) {
  const [clock, blobs, log, metrics] = [new ManualClock(), new MemoryBlobs(), new RecordingLog(), new RecordingMetrics()]
  const copies = new StaticCopies({ blobs, maxBytes, clock, timers: clock, log, metrics })
  return { clock, blobs, log, metrics, copies }
}

function bodyOf(text: string) {
  return { body: new TextEncoder().encode(text) }
}

t.test('a copy is found again by its key, long after it stopped being fresh', async (t) => {
  const { copies, metrics } = making()
  await copies.keep('page', makeEntry(), 1_000)
  t.match(await copies.find('page', ANY), { status: 200, body: makeEntry().body })
  t.equal(await copies.find('other', ANY), null)
  t.equal(metrics.value('weir_static_reads_total', ['found']), 1)
  t.equal(metrics.value('weir_static_reads_total', ['absent']), 1)
})

t.test('a page is copied no more often than asked for', async (t) => {
  const { clock, copies, metrics } = making()
  await copies.keep('page', makeEntry(bodyOf('first')), 1_000)
  clock.advance(999)
  t.equal(copies.keep('page', makeEntry(bodyOf('second')), 1_000), null)
  clock.advance(1)
  await copies.keep('page', makeEntry(bodyOf('third')), 1_000)
  t.same((await copies.find('page', ANY))!.body, bodyOf('third').body)
  t.equal(metrics.value('weir_static_writes_total', ['written']), 2)
})

t.test('a copy of another variant, of another key, or of nothing we wrote is no answer', async (t) => {
  const { blobs, copies, metrics } = making()
  const gzip = { varyNames: ['accept-encoding'], variant: 'accept-encoding:gzip\0' }
  await copies.keep('page', makeEntry(gzip), 0)
  t.equal(await copies.find('page', ANY), null)
  t.ok(await copies.find('page', Fields.of({ 'Accept-Encoding': 'gzip' })))
  const [file] = blobs.files.values()
  for (const name of blobs.files.keys()) blobs.files.set(name, { ...file!, bytes: file!.bytes.subarray(1) })
  t.equal(await copies.find('page', Fields.of({ 'Accept-Encoding': 'gzip' })), null)
  t.equal(metrics.value('weir_static_reads_total', ['corrupt']), 1)
})

t.test('what cannot be written is counted, told, and harms nobody', async (t) => {
  const { blobs, copies, log, metrics } = making()
  blobs.fault = new Error('disk full')
  await copies.keep('page', makeEntry(), 0)
  t.equal(metrics.value('weir_static_writes_total', ['failed']), 1)
  t.match(log.lines, [{ event: 'static-copy-failed', cause: /disk full/ }])
  t.equal(await copies.find('page', ANY), null)
  await copies.sweep()
  await copies.forget('page')
  await copies.keep('long', makeEntry({ body: new Uint8Array(9_000_000) }), 0)
  t.equal(metrics.value('weir_static_writes_total', ['too-large']), 1)
})

t.test('no more than a few hundred wait for a slow disk, and the latest of a page is what is written', async (t) => {
  const { blobs, copies, metrics } = making()
  const opened = Promise.withResolvers<void>()
  blobs.gate = opened.promise
  const writing = copies.keep('first', makeEntry(), 0)
  for (let page = 0; page < 300; page += 1) void copies.keep(`page ${page}`, makeEntry(), 0)
  void copies.keep('page 5', makeEntry(bodyOf('newer')), 0)
  opened.resolve()
  await writing
  t.equal(metrics.value('weir_static_writes_total', ['written']), 257)
  t.equal(metrics.value('weir_static_writes_total', ['dropped']), 44)
  t.same((await copies.find('page 5', ANY))!.body, bodyOf('newer').body)
})

t.test('beyond its room the oldest copies go, once a minute', async (t) => {
  const { blobs, clock, copies } = making(10_000)
  for (let page = 0; page < 20; page += 1) {
    blobs.nowMs = page
    await copies.keep(`page ${page}`, makeEntry({ body: new Uint8Array(1_000) }), 0)
  }
  await clock.advanceAsync(60_000)
  const bytes = [...blobs.files.values()].reduce((sum, file) => sum + file.bytes.length, 0)
  t.ok(bytes <= 9_000 && bytes > 6_000, String(bytes))
  t.equal(await copies.find('page 0', ANY), null)
  t.ok(await copies.find('page 19', ANY))
})

t.test('a page that has changed is forgotten, and copied anew at once', async (t) => {
  const { copies } = making()
  await copies.keep('page', makeEntry(bodyOf('old')), 60_000)
  await copies.forget('page')
  t.equal(await copies.find('page', ANY), null)
  await copies.keep('page', makeEntry(bodyOf('new')), 60_000)
  t.same((await copies.find('page', ANY))!.body, bodyOf('new').body)
})
