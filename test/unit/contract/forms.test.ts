import t from 'tap'
import { FORMS } from '../../../edge/contract/forms.ts'
import { matchesPattern } from '../../../edge/contract/shape.ts'

// Every example that a form gives.
const EXAMPLES = [
  ['a host in lower case', 'shop.example.org', '*.example.org', '[2001:db8::1]'],
  ['a path such as /cart', '/cart', '/product/*', '/user/{id}/orders'],
  ['an address such as 127.0.0.1:8080, [::1]:8080, shop', '127.0.0.1:8080', '[::1]:8080', 'shop.internal:80', 'unix:/run/shop.sock'],
  ['an address such as 127.0.0.1:8080, [::1]:8080, unix', '127.0.0.1:8080', '[::1]:8080', 'unix:/run/shop.sock', 'fd:NAME'],
  ['an address with its port', '192.0.2.53:53', '[2001:db8::53]:53'],
  ['a field name', 'x-api-key'],
  ['an address range', '10.0.0.0/8', '2001:db8::/32'],
  ['one of none', 'header:NAME', 'cookie:NAME'],
  ['a language tag', 'de', 'pt-BR'],
  ['a parameter such as', 'page', 'utm_*'],
  ['one of stale', 'stale', 'static', 'fallback', 'closed', 'pool:shop', 'fallback:menu'],
  ['one of request', 'request', 'path', 'target', 'host', 'address', 'certificate', 'header:NAME', 'cookie:NAME', 'query:NAME'],
  ['one of path', 'path', 'target', 'host', 'address', 'route', 'certificate', 'header:NAME', 'cookie:NAME', 'query:NAME'],
  ['a hash key', 'path', 'host+path', 'cookie:sid, address', 'header:NAME', 'query:NAME'],
  ['a table', 'shop.item', 'shop.item_*'],
  ['a path such as /up', '/up', '/up?deep=1'],
  ['a target such as', '/items?ids={ids}'],
  ['a host such as shop.example.org, with', 'shop.example.org'],
  ['a status', '204', '200-299'],
  ['a rate', '100/s', '6000/m'],
  ['a URL such', 'redis://127.0.0.1:6379', 'rediss://user:password@host:6379/0'],
  ['a media type', 'text/html; charset=utf-8'],
  ['a method', 'GET'],
] as const

t.test('the examples in a form are of that form', (t) => {
  for (const [beginning, ...examples] of EXAMPLES) {
    const [pattern, form] = Object.entries(FORMS).find(([, words]) => words.startsWith(beginning)) ?? ['', '']
    for (const example of examples) {
      t.ok(form.includes(example), `${example} stands in: ${form}`)
      t.ok(matchesPattern(pattern, example), `${example} matches ${pattern}`)
    }
  }
  t.end()
})

t.test('every form with examples is held against its pattern', (t) => {
  const withExamples = Object.values(FORMS).filter((form) => form.includes('such as') || form.startsWith('one of'))
  t.equal(withExamples.length, EXAMPLES.length)
  t.end()
})

t.test('a form reads on after "must be"', (t) => {
  for (const form of Object.values(FORMS)) t.match(form, /^(a|an|one|at most|the|64) .*[^.]$/)
  t.end()
})
