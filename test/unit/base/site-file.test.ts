import t from 'tap'
import { readSiteText } from '../../../edge/base/site-file.ts'
import { MemoryFiles } from '../../support/memory-files.ts'

const TEXT = `
pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } }
fallbacks: { rest: { bodyFile: pages/rest.html } }
routes: { all: { pool: shop } }
`

t.test('files stand beside the file of the site, and a change of one is a change of the whole', async (t) => {
  const files = new MemoryFiles()
  files.texts.set('/etc/weir/pages/rest.html', 'resting')
  const first = await readSiteText(TEXT, '/etc/weir/site.yaml', files)
  t.match(first.reading, { ok: true, site: { fallbacks: { rest: { body: 'resting' } } } })
  files.texts.set('/etc/weir/pages/rest.html', 'back soon')
  const second = await readSiteText(TEXT, '/etc/weir/site.yaml', files)
  t.not(second.texts, first.texts)
  t.equal((await readSiteText(TEXT, '/etc/weir/site.yaml', files)).texts, second.texts)
})

t.test('a file that is not there or cannot be read is a problem of the site', async (t) => {
  const files = new MemoryFiles()
  t.match((await readSiteText(TEXT, '/etc/weir/site.yaml', files)).reading, {
    ok: false,
    problems: [{ pointer: '/fallbacks/rest/bodyFile' }],
  })
  files.fault = new Error('EACCES')
  t.match((await readSiteText(TEXT, '/etc/weir/site.yaml', files)).reading, { ok: false })
})
