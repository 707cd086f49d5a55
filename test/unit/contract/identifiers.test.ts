import t from 'tap'
import Type from 'typebox'
import {
  ADDRESS_PATTERN,
  ById,
  FIELD_NAME_PATTERN,
  HOST_PATTERN,
  ID_PATTERN,
  PATH_PATTERN,
  RANGE_PATTERN,
} from '../../../edge/contract/identifiers.ts'
import { matchesPattern } from '../../../edge/contract/shape.ts'
import { refusedAt } from './accepts.ts'

const CASES: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  [
    'an id',
    ID_PATTERN,
    ['a', '0', 'shop-1.eu_west', 'constructor', 'a'.repeat(64)],
    ['', '-a', 'A', 'a b', 'a/b', 'ä', '__proto__', 'a'.repeat(65), 'a\n'],
  ],
  [
    'a host',
    HOST_PATTERN,
    ['*', 'shop.example.org', '*.example.org', 'localhost', '[::1]', '192.0.2.7'],
    ['', 'A.org', 'a..b', '-a', 'a-', '*a.org', 'a:80', 'a.', '*.*.a'],
  ],
  [
    'a path',
    PATH_PATTERN,
    ['/', '/*', '/cart', '/user/{id}/orders', '/a%20b'],
    ['', 'cart', '/a?b', '/a#b', '/a b', '/a*b', '/a\\b', '/a\n'],
  ],
  [
    'an address',
    ADDRESS_PATTERN,
    ['a:1', '127.0.0.1:0', '[::1]:80', 'unix:/run/x.sock'],
    ['a', 'a:', ':80', 'http://a:80', '::1:80', 'unix:x', 'a:123456'],
  ],
  ['a field name', FIELD_NAME_PATTERN, ['x-api-key', 'Accept', "!#$%&'*+.^_`|~"], ['', 'a b', 'a:', 'ä', 'a\r\n', 'x'.repeat(129)]],
  ['a range', RANGE_PATTERN, ['10.0.0.0/8', '::/0', '192.0.2.7'], ['', 'x', '10.0.0.0/', '10.0.0.0/1234', 'shop.example']],
]

for (const [what, pattern, good, bad] of CASES) {
  t.test(`${what} has its form`, (t) => {
    for (const text of good) t.ok(matchesPattern(pattern, text), text)
    for (const text of bad) t.notOk(matchesPattern(pattern, text), JSON.stringify(text))
    t.end()
  })
}

t.test('no pattern takes long for a long text that fails at its end', (t) => {
  const startMs = performance.now()
  for (const [, pattern] of CASES) {
    for (const part of ['a', 'a-', 'a.', '/a', ':', '0', '*']) matchesPattern(pattern, `${part.repeat(50_000)}\u0000`)
  }
  t.ok(performance.now() - startMs < 5_000)
  t.end()
})

t.test('a map by id refuses other names and too many members', (t) => {
  const schema = ById(Type.Integer(), { max: 2, description: '' })
  t.same(refusedAt(schema, { a: 1, b: 2 }), [])
  t.same(refusedAt(schema, { A: 1 }), ['/A'])
  t.same(refusedAt(schema, { a: 1, b: 2, c: 3 }), [''])
  t.end()
})
