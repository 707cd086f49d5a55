import t from 'tap'
import { acceptSite } from '../../../../control/domain/accept-site.ts'
import { canonicalOrders } from '../../../../control/domain/purge-orders.ts'
import { EMPTY_ENDPOINTS } from '../../../../edge/contract/publication.ts'
import type { PurgeOrder } from '../../../../edge/contract/purge.ts'
import { EMPTY_SWITCHBOARD } from '../../../../edge/contract/switchboard.ts'
import { urlReader } from '../../../../edge/explain.ts'

const accepted = acceptSite({
  pools: { p: { peers: [{ address: '127.0.0.1:9' }] } },
  routes: { shop: { path: '/shop/*', pool: 'p', cache: { key: { dropQuery: ['utm_source'] } } } },
})
if (!accepted.ok) throw new Error('the site of this test is not valid')
const { site } = accepted
const urls = urlReader({ revision: 1, site, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS })
const how = { mode: 'hard', againAfterMs: 0 } as const
const read = (...orders: PurgeOrder[]) => canonicalOrders(orders, { site, urls })

t.test('a URL becomes what edges keep its answers under, whether a route takes it or not', async (t) => {
  const url = (text: string) => {
    const result = read({ by: 'url', url: text, ...how })
    return result.ok && result.orders[0]?.by === 'url' ? result.orders[0].url : result
  }
  t.equal(url('https://Shop.Example:443/shop/./a%7eb?utm_source=x&b=1'), 'https://shop.example/shop/a~b?b=1')
  t.equal(url('http://shop.example:80/other/../x?q'), 'http://shop.example/x?q')
  t.equal(url('http://shop.example'), 'http://shop.example/')
})

t.test('a prefix is spelled as keys are', async (t) => {
  t.match(read({ by: 'prefix', prefix: 'https://SHOP.example/a/../b%2dc/', ...how }), {
    orders: [{ prefix: 'https://shop.example/b-c/' }],
  })
})

t.test('what no edge would take, and what the site does not have, is refused with its place', async (t) => {
  const wrong = read(
    { by: 'url', url: 'https://a/b#c', ...how },
    { by: 'all', ...how },
    { by: 'prefix', prefix: 'https://a b/', ...how },
    { by: 'route', route: 'shpo', ...how },
    { by: 'tag', tag: 'a\nb', ...how },
  )
  t.match(wrong, {
    ok: false,
    problems: [
      { pointer: '/purges/0/url' },
      { pointer: '/purges/2/prefix' },
      { pointer: '/purges/3/route', message: /no route "shpo".*shop/ },
      { pointer: '/purges/4/tag' },
    ],
  })
})
