import t from 'tap'
import { pathPatternFault } from '../../../edge/contract/path-pattern.ts'

t.test('exact paths, prefixes and names for segments have no fault', (t) => {
  for (const path of ['/', '/*', '/cart', '/product/*', '/user/{id}/orders', '/{a}/{b}/*', '/a//b', '/caf%C3%A9', '/a.b/...'])
    t.equal(pathPatternFault(path), null, path)
  t.end()
})

t.test('a star is the whole last segment', (t) => {
  for (const path of ['/a*', '/*/b', '/a/*b', '/{id}*']) t.match(pathPatternFault(path), /a \* must be the whole last segment/, path)
  t.end()
})

t.test('braces hold one name and fill their segment', (t) => {
  t.match(pathPatternFault('/user/{id/orders'), /the segment "\{id" must be one name in braces/)
  t.match(pathPatternFault('/user/id}'), /one name in braces/)
  t.match(pathPatternFault('/user/a{id}'), /one name in braces/)
  t.match(pathPatternFault('/user/{a}{b}'), /one name in braces/)
  t.match(pathPatternFault('/user/{}'), /must hold a name/)
  t.match(pathPatternFault('/user/{1}'), /begin with no digit/)
  t.match(pathPatternFault('/{id}/x/{id}'), /the name "\{id\}" stands twice/)
  t.end()
})

t.test('what no canonical path contains is refused', (t) => {
  t.match(pathPatternFault('/a/../b'), /the segment "\.\." never reaches a route/)
  t.match(pathPatternFault('/a/%2E'), /never reaches a route/)
  t.match(pathPatternFault('/café'), /write "caf%C3%A9" for "café"/)
  t.match(pathPatternFault('/\ud800'), /percent-encoded/)
  t.match(pathPatternFault('/100%'), /write %25/)
  t.end()
})

t.test('what is shown of a path is short and inert', (t) => {
  const fault = pathPatternFault(`/\u001b[31m${'é'.repeat(1_900)}`) ?? ''
  t.ok(fault.length < 300, `${fault.length} characters`)
  t.notMatch(fault, /\u001b/)
  t.end()
})
