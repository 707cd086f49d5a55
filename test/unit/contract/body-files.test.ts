import t from 'tap'
import { bodyFilesOf, MAX_BODY_FILES, withBodies } from '../../../edge/contract/body-files.ts'
import { readSite } from '../../../edge/contract/read-site.ts'

const TEXT = `
pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } }
fallbacks:
  rest: { bodyFile: rest.html }
  again: { bodyFile: rest.html }
  plain: { body: plain }
routes: { all: { pool: shop, degrade: { fallback: rest } } }
`

t.test('the files that fallbacks name are found, each once, and never too many', async (t) => {
  t.same(bodyFilesOf(TEXT), ['rest.html'])
  t.same(bodyFilesOf('bodyFile: ['), [])
  t.same(bodyFilesOf('fallbacks: [bodyFile]'), [])
  const many = Array.from({ length: MAX_BODY_FILES + 1 }, (_, i) => `  f${i}: { bodyFile: f${i} }`).join('\n')
  t.equal(bodyFilesOf(`fallbacks:\n${many}`).length, MAX_BODY_FILES)
})

t.test('a site has the content of its files, and nothing of their names', async (t) => {
  const read = readSite(TEXT, new Map([['rest.html', '<p>resting</p>']]))
  t.match(read, {
    ok: true,
    site: { fallbacks: { rest: { body: '<p>resting</p>' }, again: { body: '<p>resting</p>' }, plain: { body: 'plain' } } },
  })
  t.notMatch(JSON.stringify(read), 'bodyFile')
})

t.test('a file that is not there, and one beside a body, are refused with their places', async (t) => {
  t.match(readSite(TEXT), {
    ok: false,
    problems: [
      { pointer: '/fallbacks/rest/bodyFile', message: /could not be read here/, line: 4 },
      { pointer: '/fallbacks/again/bodyFile', line: 5 },
    ],
  })
  const both = TEXT.replace('{ bodyFile: rest.html }', '{ bodyFile: rest.html, body: x }')
  t.match(readSite(both, new Map([['rest.html', 'y']])), {
    ok: false,
    problems: [{ pointer: '/fallbacks/rest/bodyFile', message: /must not stand beside body/ }],
  })
})

t.test('what is no site stays what it is', async (t) => {
  for (const value of [null, 1, [], { fallbacks: 1 }, { fallbacks: { a: null, b: { bodyFile: 1 } } }]) {
    t.same(withBodies(value, new Map([['a', 'b']])), value)
  }
})
