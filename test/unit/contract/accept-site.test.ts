import t from 'tap'
import { acceptSite } from '../../../edge/contract/accept-site.ts'

const pool = { peers: [{ address: '127.0.0.1:9101' }] }

function pointers(value: unknown): string[] {
  const accepted = acceptSite(value)
  return accepted.ok ? [] : accepted.problems.map((problem) => problem.pointer)
}

t.test('a good site comes with its defaults', async (t) => {
  const accepted = acceptSite({ pools: { shop: pool }, routes: { all: { pool: 'shop' } } })
  t.match(accepted, { ok: true, value: { routes: { all: { path: '/*', cache: { store: 'standard' } } } } })
})

t.test('a wrong field does not hide a dangling reference elsewhere', async (t) => {
  const site = {
    pools: { shop: { ...pool, tries: 99 } },
    routes: { a: { path: '/a', pool: 'shop' }, b: { path: '/b', pool: 'shpo' }, c: { path: '/c', pool: 'shop', limits: ['none'] } },
  }
  t.same(pointers(site), ['/pools/shop/tries', '/routes/b/pool', '/routes/c/limits/0'])
})

t.test('a member that is refused still counts as there', async (t) => {
  const site = {
    pools: { shop: { balance: 'magic' } },
    limits: { few: { rate: 'fast' } },
    routes: { a: { pool: 'shop', limits: ['few'] } },
  }
  t.same(pointers(site).toSorted(), ['/limits/few/rate', '/pools/shop/balance'])
})

t.test('what is no site at all is one problem', async (t) => {
  for (const value of [null, 7, 'site', [], ['routes']]) t.equal(pointers(value).length, 1)
  t.same(pointers({ routes: [] }), ['/routes'])
  t.same(pointers(JSON.parse('{"__proto__": {"a": 1}}')).length, 1)
})
