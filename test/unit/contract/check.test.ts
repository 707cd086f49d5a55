import t from 'tap'
import { check } from '../../../edge/contract/check.ts'
import { siteOf, siteWithRoutes } from './site-of.ts'

t.test('a site whose parts fit together has no problems', (t) => {
  t.same(check(siteOf({})), [])
  const home = { path: '/*', pool: 'shop', limits: ['slow'], degrade: { fallback: 'resting' } }
  t.same(check(siteWithRoutes({ home, soon: { path: '/soon', respond: 'resting' } }, { limits: { slow: { rate: '5/s' } } })), [])
  t.end()
})

t.test('every part of a site is looked at', (t) => {
  const site = siteOf({
    clients: { trustedProxies: ['10.0.0.0/99'] },
    pools: { empty: {}, twin: { peers: [{ address: 'a:1' }, { address: 'a:1' }] } },
    limits: { burst: { rate: '1/d', burst: 1_000_000 }, lost: { rate: '1/s', fallback: 'gone' } },
    fallbacks: { none: { status: 204, body: 'x' } },
    routes: { a: { pool: 'empty', path: '/a*' }, b: { pool: 'empty', path: '/b' }, c: { pool: 'empty', path: '/b' } },
  })
  t.same(
    check(site).map((problem) => problem.pointer),
    [
      '/clients/trustedProxies/0',
      '/pools/empty',
      '/pools/twin/peers/1/address',
      '/limits/burst/burst',
      '/fallbacks/none/body',
      '/limits/lost/fallback',
      '/routes/a/path',
      '/routes/c',
    ],
  )
  t.end()
})

t.test('no more than 100 problems are told', (t) => {
  const routes = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`r${i}`, { path: `/${i}`, pool: 'gone' }]))
  t.equal(check(siteOf({ routes })).length, 100)
  t.end()
})
