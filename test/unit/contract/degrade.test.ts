import t from 'tap'
import { DegradeModeSchema, DegradeSchema, FallbackSchema, MODE_SEVERITY } from '../../../edge/contract/degrade.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('modes are ordered from mild to severe', (t) => {
  const modes = Object.entries(MODE_SEVERITY).toSorted(([, a], [, b]) => a - b)
  t.same(
    modes.map(([mode]) => mode),
    ['normal', 'cache-only', 'static', 'fallback', 'closed'],
  )
  t.end()
})

t.test('a switch sets any mode but normal, which is no switch at all', (t) => {
  t.same(
    ['cache-only', 'fallback', 'closed', 'normal'].map((mode) => refusedAt(DegradeModeSchema, mode).length),
    [0, 0, 0, 1],
  )
  t.end()
})

t.test('left alone, a route serves crawlers as people, and falls back to what is kept', (t) => {
  t.strictSame(accepted(DegradeSchema, {}), {
    crawlers: 'normal',
    whenDown: ['stale', 'static', 'fallback'],
    staticEveryMs: 0,
    retryAfterMs: 5_000,
  })
  t.end()
})

t.test('a fallback is a whole answer, and its type fits into a header field', (t) => {
  t.strictSame(accepted(FallbackSchema, {}), { status: 503, contentType: 'text/html; charset=utf-8', body: '', template: 'no' })
  t.same(refusedAt(FallbackSchema, { contentType: 'text/html\r\nx: y' }), ['/contentType'])
  t.same(refusedAt(FallbackSchema, { status: 100, body: 'x'.repeat(262_145) }), ['/status', '/body'])
  t.end()
})
