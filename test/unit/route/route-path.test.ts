import t from 'tap'
import { exactText, parseRoutePath } from '../../../edge/route/route-path.ts'

t.test('a plain path is its segments', async (t) => {
  t.same(parseRoutePath('/cart'), { segments: ['cart'], below: false })
  t.same(parseRoutePath('/'), { segments: [''], below: false })
  t.same(parseRoutePath('/cart/'), { segments: ['cart', ''], below: false }, 'a slash at the end is an empty segment')
})

t.test('a tail takes all below', async (t) => {
  t.same(parseRoutePath('/*'), { segments: [], below: true })
  t.same(parseRoutePath('/product/*'), { segments: ['product'], below: true })
})

t.test('a name in braces stands for any one segment, but only as a whole segment', async (t) => {
  t.same(parseRoutePath('/user/{id}/orders'), { segments: ['user', null, 'orders'], below: false })
  t.same(parseRoutePath('/user/{id}.json').segments, ['user', '{id}.json'])
  t.same(parseRoutePath('/user/%7Bid%7D').segments, ['user', '%7Bid%7D'], 'encoded braces are text')
})

t.test('literal text gets the spelling of canonical request paths', async (t) => {
  t.same(parseRoutePath('/%7euser').segments, ['~user'])
  t.same(parseRoutePath('/a%2fb').segments, ['a%2Fb'])
  t.same(parseRoutePath('/a/./b/../c').segments, ['a', 'c'])
  t.same(parseRoutePath('/über/*'), { segments: ['%C3%BCber'], below: true })
  t.same(parseRoutePath('/\ud800').segments, ['%EF%BF%BD'], 'half a character is no reason to throw')
})

t.test('what no request path can be stays as written', async (t) => {
  t.same(parseRoutePath('/a%zz').segments, ['a%zz'])
  t.same(parseRoutePath('/..;x').segments, ['..;x'])
})

t.test('a star that is not the whole last segment is refused', async (t) => {
  t.throws(() => parseRoutePath('/foo*'), RangeError)
  t.throws(() => parseRoutePath('/a/*/b'), RangeError)
  t.throws(() => parseRoutePath('cart'), RangeError)
})

t.test('only a path without names and tail has an exact text', async (t) => {
  t.equal(exactText(parseRoutePath('/a/b')), '/a/b')
  t.equal(exactText(parseRoutePath('/')), '/')
  t.equal(exactText(parseRoutePath('/a/*')), null)
  t.equal(exactText(parseRoutePath('/a/{b}')), null)
})
