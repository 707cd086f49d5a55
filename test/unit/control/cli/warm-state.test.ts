import t from 'tap'
import { forgetWarmState, readWarmState, writeWarmState } from '../../../../control/cli/warm-state.ts'
import { MemoryFiles } from '../../../support/memory-files.ts'

const PAGES = [{ host: 'a.example', target: '/1' }]
const COUNTS = { done: 1, hit: 0, stored: 1, passed: 0, failed: 0 }

t.test('what was written down is read again, for the same pages only', async (t) => {
  const files = new MemoryFiles()
  t.match(await readWarmState(files, 'pages.txt', PAGES), { done: 0 })
  await writeWarmState(files, 'pages.txt', { pages: PAGES, counts: COUNTS })
  t.same(await readWarmState(files, 'pages.txt', PAGES), COUNTS)
  await t.rejects(readWarmState(files, 'pages.txt', [...PAGES, { host: 'a.example', target: '/2' }]), { message: /belongs to other pages/ })
  await forgetWarmState(files, 'pages.txt')
  t.match(await readWarmState(files, 'pages.txt', PAGES), { done: 0 })
})

t.test('a file that is not ours is not believed', async (t) => {
  const files = new MemoryFiles()
  for (const text of ['no', '{}', '{"digest":1,"counts":{}}', '{"digest":"x","counts":{"done":-1}}']) {
    await files.writeAtomic('pages.txt.warmed', text)
    await t.rejects(readWarmState(files, 'pages.txt', PAGES), { message: /belongs to other pages/ }, text)
  }
})
