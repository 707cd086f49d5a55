import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { compilePredicates, predicateHolds } from '../../../edge/route/predicate.ts'

const NONE = { headers: {}, query: {}, cookies: {} }
const request = (fields: Record<string, string | string[]>, query: string | null = null) => ({
  host: 'a.example',
  path: '/',
  method: 'GET',
  fields: Fields.of(fields),
  query,
})
const headerHolds = (notation: string, fields: Record<string, string | string[]>): boolean => {
  const [predicate] = compilePredicates({ ...NONE, headers: { 'X-Group': notation } })
  return predicateHolds(predicate!, request(fields))
}

t.test('an exact text must be the whole value, letter case and all', async (t) => {
  t.ok(headerHolds('beta', { 'x-group': 'beta' }))
  t.notOk(headerHolds('beta', { 'x-group': 'Beta' }))
  t.notOk(headerHolds('beta', { 'x-group': 'beta2' }))
  t.notOk(headerHolds('beta', {}))
  t.ok(headerHolds('', { 'x-group': '' }), 'an empty text asks for an empty value')
})

t.test('a text with a star is a prefix', async (t) => {
  t.ok(headerHolds('be*', { 'x-group': 'beta' }))
  t.ok(headerHolds('be*', { 'x-group': 'be' }))
  t.notOk(headerHolds('be*', { 'x-group': 'alpha' }))
  t.notOk(headerHolds('be*', {}))
})

t.test('a star asks that it is there, an exclamation mark that it is not', async (t) => {
  t.ok(headerHolds('*', { 'x-group': '' }))
  t.notOk(headerHolds('*', {}))
  t.ok(headerHolds('!', {}))
  t.notOk(headerHolds('!', { 'x-group': '' }))
})

t.test('field names ignore letter case, and lines of one name are one value', async (t) => {
  t.ok(headerHolds('a, b', { 'X-GROUP': ['a', 'b'] }))
})

t.test('query parameters are decoded, and the first of a name counts', async (t) => {
  const [predicate] = compilePredicates({ ...NONE, query: { 'a b': 'c/d' } })
  t.ok(predicateHolds(predicate!, request({}, 'a+b=c%2Fd&a+b=x')))
  t.notOk(predicateHolds(predicate!, request({}, 'a+b=x&a+b=c%2Fd')))
  t.notOk(predicateHolds(predicate!, request({}, null)))
})

t.test('cookie names keep their letter case', async (t) => {
  const [predicate] = compilePredicates({ ...NONE, cookies: { Sid: '*' } })
  t.ok(predicateHolds(predicate!, request({ cookie: 'x=1; Sid=2' })))
  t.notOk(predicateHolds(predicate!, request({ cookie: 'sid=2' })))
})

t.test('all three sources of a route are read', async (t) => {
  const all = compilePredicates({ headers: { A: '*' }, query: { B: '!' }, cookies: { C: 'x' } })
  t.same(
    all.map(({ source, name, test }) => [source, name, test.kind]),
    [
      ['header', 'a', 'present'],
      ['query', 'B', 'absent'],
      ['cookie', 'C', 'exact'],
    ],
  )
})
