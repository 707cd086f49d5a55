import t from 'tap'
import { checkFallbacks } from '../../../edge/contract/check-fallbacks.ts'
import { lines, siteOf } from './site-of.ts'

t.test('an answer that ends with its head has no body', (t) => {
  const fallbacks = { gone: { status: 204, body: 'x' }, empty: { status: 204 }, page: { status: 200, body: 'x' } }
  t.same(lines(checkFallbacks(siteOf({ fallbacks }))), [
    '/fallbacks/gone/body must be empty, because an answer with status 204 has no body',
  ])
  t.end()
})
