import t from 'tap'
import { MAX_QUERY_PAIRS, parseQuery, queryValue, sortedQuery } from '../../../edge/http/query.ts'

const ALL = { drop: new Set<string>() }

t.test('pairs are decoded in order', async (t) => {
  t.same(parseQuery('b=2&a=1+1%2B&b=&flag&=x&&c=%C3%A9=%'), [
    ['b', '2'],
    ['a', '1 1+'],
    ['b', ''],
    ['flag', ''],
    ['', 'x'],
    ['c', '%C3%A9=%'],
  ])
  t.same(parseQuery(null), [])
  t.same(parseQuery(''), [])
})

t.test('the first value of a name is found, by its decoded name', async (t) => {
  t.equal(queryValue('a=1&b=2&b=3', 'b'), '2')
  t.equal(queryValue('%61=1', 'a'), '1')
  t.equal(queryValue('a=1', 'A'), undefined)
  t.equal(queryValue('a', 'a'), '')
  t.equal(queryValue(null, 'a'), undefined)
  t.equal(queryValue('a=1', '__proto__'), undefined)
})

t.test('pairs beyond the limit are not looked at', async (t) => {
  const query = `${'x=1&'.repeat(MAX_QUERY_PAIRS)}last=1`
  t.equal(parseQuery(query).length, MAX_QUERY_PAIRS)
  t.equal(queryValue(query, 'last'), undefined)
})

t.test('a key query is sorted by name, values of one name keep their order and spelling', async (t) => {
  t.equal(sortedQuery('b=2&a=2&a=1&c=%7e', ALL), 'a=2&a=1&b=2&c=%7e')
  t.equal(sortedQuery('B=1&a=1', ALL), 'B=1&a=1', 'by code unit, not by locale')
  t.equal(sortedQuery('', ALL), null)
  t.equal(sortedQuery(null, ALL), null)
})

t.test('names are dropped or kept by their decoded name', async (t) => {
  t.equal(sortedQuery('utm_source=x&id=1&%75tm_source=y', { drop: new Set(['utm_source']) }), 'id=1')
  t.equal(sortedQuery('z=1&id=1&q=2', { keep: new Set(['q', 'id']) }), 'id=1&q=2')
  t.equal(sortedQuery('z=1', { keep: new Set() }), null)
})

t.test('a query with too many pairs is its own key, so that no two share one', async (t) => {
  const long = `z=1&${'a=1&'.repeat(MAX_QUERY_PAIRS)}end=1`
  t.equal(sortedQuery(long, { drop: new Set(['a']) }), long)
})

t.test('a query of separators or of broken triplets costs linear time', async (t) => {
  const startMs = performance.now()
  t.same(parseQuery('&'.repeat(1_000_000)), [])
  t.equal(parseQuery('%'.repeat(1_000_000)).length, 1)
  t.ok(performance.now() - startMs < 5_000)
})
