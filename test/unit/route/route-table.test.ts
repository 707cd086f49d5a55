import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import type { RouteRule } from '../../../edge/route/compiled-route.ts'
import type { MatchInput, RouteMatch } from '../../../edge/route/route-match.ts'
import { compileRoutes, type RouteTable } from '../../../edge/route/route-table.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const tableOf = (routes: Record<string, Partial<RouteRule>>, hosts: string[] = ['*']): RouteTable => {
  const rule: RouteRule = { hosts: [], path: '/*', methods: [], headers: {}, query: {}, cookies: {} }
  return compileRoutes(Object.fromEntries(Object.entries(routes).map(([id, part]) => [id, { ...rule, ...part }])), hosts)
}
const match = (table: RouteTable, url: string, part: Partial<MatchInput> = {}): RouteMatch => {
  const { hostname, pathname, search } = new URL(url)
  const query = search === '' ? null : search.slice(1)
  return table.match({ host: hostname, path: pathname, method: 'GET', fields: Fields.of(), query, ...part })
}
const idOf = (found: RouteMatch): string => (found.kind === 'found' ? found.id : found.kind)

t.test('the exact host comes before wildcards, and the longer wildcard before the shorter', async (t) => {
  const table = tableOf({
    any: { hosts: ['*'] },
    org: { hosts: ['*.example.org'] },
    shop: { hosts: ['*.shop.example.org'] },
    exact: { hosts: ['www.shop.example.org'] },
  })
  t.equal(idOf(match(table, 'http://www.shop.example.org/')), 'exact')
  t.equal(idOf(match(table, 'http://m.shop.example.org/')), 'shop')
  t.equal(idOf(match(table, 'http://a.b.shop.example.org/')), 'shop', 'a wildcard stands for one label or more')
  t.equal(idOf(match(table, 'http://shop.example.org/')), 'org')
  t.equal(idOf(match(table, 'http://example.org/')), 'any', 'and never for none')
})

t.test('the host weighs more than the path', async (t) => {
  const table = tableOf({ host: { hosts: ['a.example'] }, path: { path: '/cart' } })
  t.equal(idOf(match(table, 'http://a.example/cart')), 'host')
  t.equal(idOf(match(table, 'http://b.example/cart')), 'path')
})

t.test('routes of the site and routes that name the same host are equals, so the path decides', async (t) => {
  const table = tableOf({ inherits: { path: '/cart' }, names: { hosts: ['a.example'] } }, ['a.example', 'b.example'])
  t.equal(idOf(match(table, 'http://a.example/cart')), 'inherits')
  t.equal(idOf(match(table, 'http://a.example/other')), 'names')
  t.equal(idOf(match(table, 'http://b.example/cart')), 'inherits')
  t.equal(idOf(match(table, 'http://b.example/other')), 'no-route')
  t.equal(idOf(match(table, 'http://c.example/cart')), 'no-route')
})

t.test('an IPv6 host matches in whatever spelling the route names it', async (t) => {
  const table = tableOf({ six: { hosts: ['[2001:db8:0:0:0:0:0:1]'] } })
  t.equal(idOf(match(table, 'http://x/', { host: '[2001:db8::1]' })), 'six')
})

t.test('a request that fails the predicates of a route falls through to the next', async (t) => {
  const table = tableOf({
    beta: { path: '/cart', headers: { 'x-group': 'beta' } },
    debug: { path: '/cart', query: { debug: '*' } },
    plain: { path: '/*' },
  })
  t.equal(idOf(match(table, 'http://x/cart', { fields: Fields.of({ 'X-Group': 'beta' }) })), 'beta')
  t.equal(idOf(match(table, 'http://x/cart?debug=1')), 'debug')
  t.equal(idOf(match(table, 'http://x/cart')), 'plain')
})

t.test('it also falls through to a less specific host', async (t) => {
  const table = tableOf({ beta: { hosts: ['a.example'], cookies: { beta: '1' } }, all: {} })
  t.equal(idOf(match(table, 'http://a.example/')), 'all')
})

t.test('a route of another method is passed over', async (t) => {
  const table = tableOf({ write: { path: '/cart', methods: ['POST'] }, read: { path: '/cart', methods: ['GET'] } })
  t.equal(idOf(match(table, 'http://x/cart', { method: 'POST' })), 'write')
  t.equal(idOf(match(table, 'http://x/cart')), 'read')
  t.equal(idOf(match(table, 'http://x/cart', { method: 'HEAD' })), 'read')
})

t.test('where only the method is wrong, the answer says which ones are right', async (t) => {
  const table = tableOf({
    write: { path: '/cart', methods: ['POST', 'PUT'] },
    read: { path: '/*', methods: ['GET'] },
    other: { path: '/other', methods: ['PATCH'] },
    hidden: { path: '/cart', methods: ['TRACE'], headers: { 'x-secret': '*' } },
  })
  t.same(match(table, 'http://x/cart', { method: 'DELETE' }), { kind: 'method-not-allowed', allow: ['GET', 'HEAD', 'POST', 'PUT'] })
})

t.test('a method that only a route with unmet predicates takes is no reason for a 405', async (t) => {
  const table = tableOf({ hidden: { methods: ['POST'], headers: { 'x-secret': '*' } } })
  t.same(match(table, 'http://x/'), { kind: 'no-route' })
})

t.test('nothing matches where there is no route', async (t) => {
  t.same(match(tableOf({}), 'http://x/'), { kind: 'no-route' })
  t.same(match(tableOf({ a: { path: '/a' } }), 'http://x/b'), { kind: 'no-route' })
  t.same(match(tableOf({ a: {} }), 'http://x/', { path: '*', method: 'OPTIONS' }), { kind: 'no-route' })
})

t.test('of two routes that take the same, the id decides', async (t) => {
  t.equal(idOf(match(tableOf({ b: {}, a: {} }), 'http://x/')), 'a')
  t.equal(idOf(match(tableOf({ b: {}, a: { hosts: ['x'] } }, ['x']), 'http://x/')), 'a', 'also across named and inherited hosts')
})

t.test('matching makes no new answer for a found route', async (t) => {
  const table = tableOf({ a: {} })
  t.equal(match(table, 'http://x/1'), match(table, 'http://x/2'))
})

t.test('thousands of site hosts share their routes', async (t) => {
  const hosts = Array.from({ length: 5_000 }, (_, i) => `h${i}.example`)
  const routes = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`r${i}`, { path: `/p${i}/*` }]))
  const table = tableOf(routes, hosts)
  t.equal(idOf(match(table, 'http://h4999.example/p1999/x')), 'r1999')
})

t.test('on random tables it answers as a plain reading of the order does', async (t) => {
  const random = new SeededRandom(7)
  const disagreements: string[] = []
  const hosts = ['*', '*.b', '*.a.b', 'x.a.b', 'a.b']
  const segments = ['p', 'q', '{n}']
  for (let round = 0; round < 300; round++) {
    const routes = Array.from({ length: 12 }, (_, i): [string, RouteRule] => {
      const path = `/${Array.from({ length: random.integer(0, 3) }, () => random.pick(segments)).join('/')}`
      const hostsOfRoute = random.next() < 0.4 ? [] : [random.pick(hosts), random.pick(hosts)]
      const headers = random.next() < 0.3 ? { x: '*' } : {}
      const methods = random.next() < 0.3 ? [random.pick(['GET', 'POST'])] : []
      return [
        `r${i}`,
        {
          hosts: hostsOfRoute,
          path: random.next() < 0.4 ? `${path === '/' ? '' : path}/*` : path,
          methods,
          headers,
          query: {},
          cookies: {},
        },
      ]
    })
    const siteHosts = [random.pick(hosts), random.pick(hosts)]
    const table = compileRoutes(Object.fromEntries(routes), siteHosts)
    for (const path of ['/', '/p', '/p/', '/p/q', '/q/q/p', '/p//q', '/z/p', '/p/q/p/z']) {
      const input = {
        host: random.pick(['x.a.b', 'y.a.b', 'a.b', 'c']),
        path,
        method: 'GET',
        fields: Fields.of(random.next() < 0.5 ? { x: '' } : {}),
        query: null,
      }
      const [got, wanted] = [idOf(table.match(input)), plainReading(routes, siteHosts, input)]
      if (got !== wanted) disagreements.push(`round ${round} ${input.host}${path}: ${got}, not ${wanted}`)
    }
  }
  t.same(disagreements, [])
})

/** The header of route-table.ts, word by word and without any index: all routes that fit, sorted, the first. */
function plainReading(routes: readonly [string, RouteRule][], siteHosts: readonly string[], input: MatchInput): string {
  const fits: { id: string; key: string; method: boolean }[] = []
  for (const [id, rule] of routes) {
    const pattern = rule.path.replace(/\{n\}/g, '[^/]+').replace(/\*$/, '.*')
    if (!new RegExp(`^${pattern}$`).test(input.path)) continue
    if (rule.headers.x !== undefined && !input.fields.has('x')) continue
    const own = (rule.hosts.length === 0 ? siteHosts : rule.hosts).filter(
      (host) => host === '*' || host === input.host || (host.startsWith('*') && input.host.endsWith(host.slice(1))),
    )
    if (own.length === 0) continue
    const host = Math.max(...own.map((name) => (name === '*' ? 0 : name.startsWith('*') ? name.length : 1_000)))
    const kinds = rule.path
      .slice(1)
      .split('/')
      .map((segment) => (segment === '*' ? 'c' : segment === '{n}' ? 'b' : 'a'))
      .join('')
    const methods = rule.methods.length === 0 ? 1 : 0
    const key = `${9_000 - host} ${kinds} ${rule.headers.x === undefined ? 1 : 0} ${methods} ${id}`
    fits.push({ id, key, method: methods === 1 || rule.methods.includes(input.method) })
  }
  const taken = fits.filter((fit) => fit.method).sort((a, b) => (a.key < b.key ? -1 : 1))[0]
  return taken?.id ?? (fits.length > 0 ? 'method-not-allowed' : 'no-route')
}
