import t from 'tap'
import { readAccessLog, readWarmList } from '../../../../control/cli/warm-list.ts'

const PLACE = { scheme: 'http', host: 'shop.example' } as const

t.test('a list has URLs and paths, each page once, in its order', (t) => {
  const text = '# the shop\n/a?b=1\r\n\nhttp://News.example:8080/x y\n/a?b=1\nhttp://shop.example/a?b=1\n'
  const pages = [
    { host: 'shop.example', target: '/a?b=1' },
    { host: 'news.example:8080', target: '/x%20y' },
  ]
  t.same(readWarmList(text, PLACE), { ok: true, pages })
  t.end()
})

t.test('what is no page is refused with its line and the reason', (t) => {
  t.match(readWarmList('/a\nshop\n', PLACE), { ok: false, line: 2, sentence: /neither a URL nor a path/ })
  t.match(readWarmList('ftp://shop.example/', PLACE), { ok: false, line: 1, sentence: /no http URL/ })
  t.match(readWarmList('https://shop.example/', PLACE), { ok: false, line: 1, sentence: /a page of https/ })
  t.match(readWarmList('/a b', PLACE), { ok: false, line: 1, sentence: /visible characters/ })
  t.match(readWarmList(`/${'a'.repeat(9_000)}`, PLACE), { ok: false, line: 1, sentence: /at most 8192/ })
  t.end()
})

const line = (target: string, more: object = {}) =>
  JSON.stringify({ event: 'exchange', method: 'GET', host: 'a.example', target, status: 200, class: 'person', ...more })

t.test('of a log the pages that people got are taken, the most wanted first', (t) => {
  const lines = [line('/once'), line('/twice'), line('/twice', { status: 304 }), line('/third', { host: undefined })]
  const others = [line('/post', { method: 'POST' }), line('/gone', { status: 404 }), line('/bot', { class: 'crawler' })]
  const noise = ['{"event":"exchange","meth', '', 'null', '[]', '{}', line('nowhere'), line('/host', { host: 'a b' })]
  const text = [...lines, ...others, ...noise].join('\n')
  const pages = [
    { host: 'a.example', target: '/twice' },
    { host: 'a.example', target: '/once' },
    { host: 'shop.example', target: '/third' },
    { host: 'shop.example', target: '/host' },
  ]
  t.same(readAccessLog(text, PLACE, 10), pages)
  t.same(readAccessLog(text, PLACE, 1), pages.slice(0, 1))
  t.end()
})
