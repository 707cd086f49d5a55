import t from 'tap'
import { SiteSchema } from '../../../edge/contract/site.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('an empty site is a site, for all hosts', (t) => {
  const site = accepted(SiteSchema, {})
  t.same(site.hosts, ['*'])
  t.same([site.pools, site.limits, site.fallbacks, site.routes], [{}, {}, {}, {}])
  t.end()
})

t.test('what was filled in is accepted again, unchanged', (t) => {
  const site = accepted(SiteSchema, { pools: { p: { peers: [{ address: 'a:1' }] } }, routes: { r: { pool: 'p' } } })
  t.strictSame(accepted(SiteSchema, site), site)
  t.end()
})

t.test('a site has at least one host and at most 1,000 pools', (t) => {
  t.same(refusedAt(SiteSchema, { hosts: [] }), ['/hosts'])
  t.same(refusedAt(SiteSchema, { pools: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`p${i}`, {}])) }), ['/pools'])
  t.end()
})
