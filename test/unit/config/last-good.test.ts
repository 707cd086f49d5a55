import t from 'tap'
import { LastGood } from '../../../edge/config/last-good.ts'
import { settled, TWO_PEERS, toldOf } from '../../support/exchange-maker.ts'
import { MemoryFiles } from '../../support/memory-files.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const PATH = '/state/last-good.json'

function made() {
  const files = new MemoryFiles()
  const log = new RecordingLog()
  return { files, log, lastGood: new LastGood('/state', files, log) }
}

t.test('what was kept is what is read', async (t) => {
  const { lastGood, files } = made()
  t.equal(await lastGood.read(), null, 'nothing at first, which is no fault')
  const told = toldOf(TWO_PEERS, { seq: 3, switches: [], overrides: [] }, 7)
  await lastGood.keep(told)
  t.ok(files.texts.has(PATH))
  t.same(await lastGood.read(), told)
})

t.test('a file that cannot be read, or is no longer valid, counts as none and says so', async (t) => {
  const { lastGood, files, log } = made()
  const { site, ...rest } = toldOf(TWO_PEERS)
  const dangling = { ...site, routes: { all: { ...site.routes.all, pool: 'gone' } } }
  const texts = ['{"revision":', '{}', JSON.stringify({ ...rest, site: dangling }), JSON.stringify({ ...rest, site, revision: -1 })]
  for (const text of texts) {
    files.texts.set(PATH, text)
    t.equal(await lastGood.read(), null, text.slice(0, 40))
  }
  t.equal(log.of('last-good-unreadable').length, 1)
  t.equal(log.of('last-good-invalid').length, 3)
  files.fault = new Error('EACCES')
  t.equal(await lastGood.read(), null)
  t.match(log.lines.at(-1), { event: 'last-good-unreadable', cause: 'Error: EACCES' })
})

t.test('while a write is under way only the newest waits', async (t) => {
  const { lastGood, files } = made()
  let open = () => {}
  files.gate = new Promise((resolve) => {
    open = resolve
  })
  const first = lastGood.keep(toldOf(TWO_PEERS, undefined, 1))
  for (const revision of [2, 3, 4]) await lastGood.keep(toldOf(TWO_PEERS, undefined, revision))
  open()
  await first
  t.same(
    files.written.map((text) => JSON.parse(text).revision),
    [1, 4],
  )
})

t.test('a full disk is logged and no more; what came meanwhile is still written when there is room', async (t) => {
  const { lastGood, files, log } = made()
  let open = () => {}
  files.gate = new Promise((resolve) => {
    open = resolve
  })
  files.fault = new Error('ENOSPC')
  const first = lastGood.keep(toldOf(TWO_PEERS, undefined, 1))
  await lastGood.keep(toldOf(TWO_PEERS, undefined, 2))
  open()
  // The first write meets the full disk; by the second there is room again.
  await settled()
  await first
  t.equal(log.of('last-good-unwritten').length, 2)
  files.fault = null
  await lastGood.keep(toldOf(TWO_PEERS, undefined, 3))
  t.equal(JSON.parse(files.texts.get(PATH)!).revision, 3)
})
