import t from 'tap'
import { NameList } from '../../../edge/http/name-list.ts'
import { chosenQuery, MAX_QUERY_PAIRS, parseQuery, type QueryChoice, queryValue } from '../../../edge/http/query.ts'

const ALL: QueryChoice = { listed: null, drop: new NameList([]), order: 'kept' }

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

t.test('as it is chosen, a query keeps its order, or is sorted by name with the values of one name in theirs', async (t) => {
  t.equal(chosenQuery('b=2&a=2&a=1&c=%7e', ALL), 'b=2&a=2&a=1&c=%7e')
  t.equal(chosenQuery('b=2&a=2&a=1&c=%7e', { ...ALL, order: 'sorted' }), 'a=2&a=1&b=2&c=%7e')
  t.equal(chosenQuery('B=1&a=1', { ...ALL, order: 'sorted' }), 'B=1&a=1', 'by code unit, not by locale')
  t.equal(chosenQuery('', ALL), null)
  t.equal(chosenQuery(null, ALL), null)
})

t.test('names are dropped or kept by their decoded name', async (t) => {
  const without = (...drop: string[]) => ({ ...ALL, drop: new NameList(drop) })
  const only = (...names: string[]) => ({ ...ALL, listed: new NameList(names) })
  t.equal(chosenQuery('utm_source=x&id=1&%75tm%5Fmedium=y', without('utm_*')), 'id=1')
  t.equal(chosenQuery('z=1&q=2&id=1', only('q', 'id')), 'q=2&id=1')
  t.equal(chosenQuery('z=1', only()), null)
  t.equal(chosenQuery('a=1&b=2', { ...only('a', 'b'), drop: new NameList(['b']) }), 'a=1')
})

t.test('a pair that goes takes along what a server that parts by semicolons would find in it', async (t) => {
  t.equal(chosenQuery('utm_content=x;callback=evil&callback=mine', { ...ALL, drop: new NameList(['utm_*']) }), 'callback=mine')
})

t.test('a query with too many pairs is its own key, so that no two share one', async (t) => {
  const long = `z=1&${'a=1&'.repeat(MAX_QUERY_PAIRS)}end=1`
  t.equal(chosenQuery(long, { ...ALL, drop: new NameList(['a']) }), long)
})

t.test('a query of separators or of broken triplets costs linear time', async (t) => {
  const startMs = performance.now()
  t.same(parseQuery('&'.repeat(1_000_000)), [])
  t.equal(parseQuery('%'.repeat(1_000_000)).length, 1)
  t.ok(performance.now() - startMs < 5_000)
})
