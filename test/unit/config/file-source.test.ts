import t from 'tap'
import type { Ports } from '../../../edge/base/ports.ts'
import { FileSource } from '../../../edge/config/file-source.ts'
import { Loader } from '../../../edge/config/loader.ts'
import { settled } from '../../support/exchange-maker.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryFiles } from '../../support/memory-files.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { ScriptedDial } from '../../support/scripted-dial.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const GOOD = 'pools:\n  shop: { peers: [{ address: "127.0.0.1:1" }] }\nroutes:\n  all: { pool: shop }\n'
const PATH = '/etc/site.yaml'

function made() {
  const clock = new ManualClock()
  const files = new MemoryFiles()
  const log = new RecordingLog()
  const ports = { clock, timers: clock, random: new SeededRandom(), log, metrics: new RecordingMetrics(), files, dial: new ScriptedDial() }
  const loader = new Loader({ tryCompile: () => null, apply: async () => null, keep() {} }, ports)
  return { clock, files, log, loader, source: new FileSource(PATH, loader, ports satisfies Ports) }
}

t.test('a file that can be served is in force', async (t) => {
  const { files, source, loader } = made()
  files.texts.set(PATH, GOOD)
  t.same(await source.read(), [])
  t.equal(loader.told?.revision, 1)
})

t.test('the same text again is no new revision', async (t) => {
  const { files, source, loader } = made()
  files.texts.set(PATH, GOOD)
  await source.read()
  t.same(await source.read(), [])
  t.equal(loader.told?.revision, 1)
})

t.test('a bad file is told with its places, and what is served stays', async (t) => {
  const { files, source, loader, log } = made()
  files.texts.set(PATH, GOOD)
  await source.read()
  files.texts.set(PATH, GOOD.replace('pool: shop', 'pool: gone'))
  t.match(await source.read(), [{ pointer: '/routes/all/pool', line: 4 }])
  t.match(log.of('site-file-refused'), [{ level: 'error', problem: /^\/etc\/site\.yaml:4:\d+ {2}\/routes\/all\/pool {2}/ }])
  t.equal(loader.told?.revision, 1)
})

t.test('a file that is not there, or cannot be read, is a problem and no throw', async (t) => {
  const { files, source } = made()
  t.match(await source.read(), [{ message: 'there is no such file' }])
  files.fault = new Error('EACCES: permission denied')
  t.match(await source.read(), [{ message: /cannot be read: EACCES/ }])
})

t.test('of several changes in a row the last one is read, once the editor is done', async (t) => {
  const { files, source, loader, clock } = made()
  files.texts.set(PATH, GOOD)
  await source.read()
  source.watch()
  files.edit(PATH, '')
  clock.advance(50)
  files.edit(PATH, `${GOOD}name: second\n`)
  await clock.advanceAsync(99)
  t.equal(loader.told?.revision, 1)
  await clock.advanceAsync(1)
  await settled()
  t.match(loader.told, { revision: 2, site: { name: 'second' } })
})

t.test('after stop nothing is read any more', async (t) => {
  const { files, source, loader, clock } = made()
  source.watch()
  files.edit(PATH, GOOD)
  source.stop()
  await clock.advanceAsync(1_000)
  t.equal(loader.told, null)
  t.equal(files.isWatched(PATH), false)
  t.equal(clock.pending, 0)
})
