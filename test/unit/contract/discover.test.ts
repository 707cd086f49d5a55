import t from 'tap'
import { DiscoverSchema, serviceKey } from '../../../edge/contract/discover.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('names of services fit into a URL', (t) => {
  t.same(refusedAt(DiscoverSchema, { service: 'shop', tag: 'v=2', datacenter: 'fra-1' }), [])
  t.same(refusedAt(DiscoverSchema, { service: 'a/b', tag: 'x y', datacenter: '../x' }), ['/service', '/tag', '/datacenter'])
  t.end()
})

t.test('an answer that loses more than half of two peers and more is held unless told otherwise, an empty one until a word', (t) => {
  const { protect } = accepted(DiscoverSchema, { service: 'shop' })
  t.same(protect, { mode: 'on', maxLossRatio: 0.5, minLost: 2, windowMs: 60_000, holdMs: 600_000, emptyHoldMs: 0 })
  t.end()
})

t.test('a service travels under its name, tags and datacenter', (t) => {
  t.equal(serviceKey({ service: 'shop' }), 'shop')
  t.equal(serviceKey({ service: 'shop', tag: 'blue' }), 'shop:blue')
  t.equal(serviceKey({ service: 'shop', datacenter: 'fra' }), 'shop@fra')
  t.equal(serviceKey({ service: 'shop', tag: 'blue', datacenter: 'fra' }), 'shop:blue@fra')
  t.equal(serviceKey({ service: 'shop', tag: 'v2', tags: ['blue', 'v2'] }), 'shop:blue,v2', 'each tag once, in an order of their own')
  t.equal(serviceKey({ service: 'shop', tags: ['v2', 'blue'] }), 'shop:blue,v2')
  t.end()
})

t.test('what changes how instances are read is part of the name', (t) => {
  t.equal(serviceKey({ service: 'shop', accept: 'passing', zoneMeta: 'zone' }), 'shop')
  t.equal(serviceKey({ service: 'shop', accept: 'warning', zoneMeta: 'rack' }), 'shop?warning&zone=rack')
  t.end()
})

t.test('a name of the DNS cannot be taken for a service', (t) => {
  t.equal(serviceKey({ dns: { name: 'Shop.internal', port: 80 } }), 'dns/A/shop.internal:80')
  t.equal(serviceKey({ dns: { name: '_http._tcp.shop', type: 'SRV' } }), 'dns/SRV/_http._tcp.shop')
  t.end()
})
