import t from 'tap'
import { ControlBootstrapSchema, EdgeBootstrapSchema, UpBootstrapSchema } from '../../../edge/contract/bootstrap.ts'
import { checkControlBootstrap, checkEdgeBootstrap, checkUpBootstrap } from '../../../edge/contract/check-bootstrap.ts'
import { accepted } from './accepts.ts'
import { lines } from './site-of.ts'

const edge = (parts: object) => lines(checkEdgeBootstrap(accepted(EdgeBootstrapSchema, parts)))
const up = (parts: object) => lines(checkUpBootstrap(accepted(UpBootstrapSchema, parts)))

t.test('an edge has a site file or a control plane with its token', (t) => {
  t.match(edge({}), [/^ has no configuration to serve/])
  t.same(edge({ site: 'site.yaml' }), [])
  t.same(edge({ control: { url: 'http://127.0.0.1:9900', tokenFile: 'token' } }), [])
  t.match(edge({ control: { url: 'http://127.0.0.1:9900' } }), [/^\/control must have the edge token/])
  t.match(edge({ control: { url: 'http://127.0.0.1:9900', tokenFile: 'x', token: 'x'.repeat(16) } }), [
    /^\/control\/token must not stand beside tokenFile/,
  ])
  t.end()
})

t.test('addresses and URLs mean something', (t) => {
  const parts = {
    site: 's',
    listen: '1.2.3:1',
    admin: 'a:70000',
    redis: { url: 'redis://[::' },
    control: { url: 'http://', tokenFile: 'x' },
  }
  t.same(
    edge(parts).map((line) => line.split(' ')[0]),
    ['/listen', '/admin', '/redis/url', '/control/url'],
  )
  const control = accepted(ControlBootstrapSchema, { listen: 'a:70000', consul: { url: 'https://' }, dns: { servers: ['1.2.3.4:70000'] } })
  t.same(
    lines(checkControlBootstrap(control)).map((line) => line.split(' ')[0]),
    ['/listen', '/consul/url', '/dns/servers/0'],
  )
  t.end()
})

t.test('a Redis has others only where there are several, and a cluster has one database', (t) => {
  const redis = (parts: object) => edge({ site: 's', redis: { url: 'redis://127.0.0.1:6379', ...parts } })
  t.same(redis({}), [])
  t.same(redis({ topology: 'sentinel', others: ['10.0.0.2:26379', '[::1]:26379'], url: 'redis://s:26379/4' }), [])
  t.same(redis({ topology: 'cluster', others: ['redis-2.example:6379'], url: 'redis://redis-1.example/0' }), [])
  t.match(redis({ others: ['10.0.0.2:6379'] }), [/^\/redis\/others must stand beside a topology of cluster or sentinel/])
  t.match(redis({ topology: 'cluster', url: 'redis://127.0.0.1/3' }), [/^\/redis\/url must not name a database/])
  t.match(redis({ topology: 'cluster', others: ['unix:/run/redis', 'a:0'] }), [
    /others\/0 must be HOST:PORT/,
    /others\/1 the port of "a:0"/,
  ])
  t.end()
})

t.test('no two servers have one address, but any number may ask for a free port', (t) => {
  t.match(edge({ site: 's', listen: '127.0.0.1:1', admin: '127.0.0.1:1' }), [
    /^\/admin must have an address of its own; "127.0.0.1:1" is taken by \/listen/,
  ])
  t.same(edge({ site: 's', listen: '127.0.0.1:0', admin: '127.0.0.1:0' }), [])
  t.same(edge({ site: 's', admin: 'off' }), [])
  t.end()
})

t.test('every listener has an address that means something, ranges that are ranges, and no circle', (t) => {
  const tls = { certificates: [{ certFile: 'c.pem', keyFile: 'k.pem' }] }
  const listeners = [
    { address: '[::1]:443', tls },
    { address: 'fd:web-tls.2' },
    { address: 'fd:99999' },
    { address: 'unix:/run/weir.sock', proxyProtocol: { trusted: ['10.0.0.0/8', '2001:db8::/32', '::1'] } },
    { address: '127.0.0.1:80', redirectToHttps: {} },
  ]
  t.same(edge({ site: 's', listen: 'fd:web', listeners }), [])
  const wrong = [
    { address: 'a:70000' },
    { address: '300.1.1.1:80', proxyProtocol: { trusted: ['10.0.0.0/8', '10.0.0.0/33', '1:2'] } },
    { address: '127.0.0.1:444', tls, redirectToHttps: {} },
  ]
  t.same(
    edge({ site: 's', listeners: wrong }).map((line) => line.split(' ')[0]),
    [
      '/listeners/0/address',
      '/listeners/1/address',
      '/listeners/1/proxyProtocol/trusted/1',
      '/listeners/1/proxyProtocol/trusted/2',
      '/listeners/2/redirectToHttps',
    ],
  )
  t.end()
})

t.test('listeners are told apart from each other, from listen and from the admin port', (t) => {
  const listeners = [
    { address: '127.0.0.1:1' },
    { address: 'fd:web' },
    { address: '127.0.0.1:9901' },
    { address: '127.0.0.1:0' },
    { address: '[::1]:0' },
    { address: 'unix:/run/a:0' },
    { address: 'unix:/run/a:0' },
  ]
  t.match(edge({ site: 's', listen: 'fd:web', listeners }), [
    /^\/listeners\/1\/address .*"fd:web" is taken by \/listen$/,
    /^\/listeners\/6\/address .*taken by \/listeners\/5\/address$/,
    /^\/admin .*taken by \/listeners\/2\/address$/,
  ])
  t.match(up({ edge: { listeners: [{ address: '127.0.0.1:9900' }] } }), [/^\/control\/listen .*taken by \/edge\/listeners\/0\/address$/])
  t.end()
})

t.test('with weir up the edge needs no site of its own, and all servers are told apart', (t) => {
  t.same(up({}), [])
  t.match(up({ control: { listen: '127.0.0.1:8080' } }), [/^\/control\/listen .* taken by \/edge\/listen/])
  t.match(up({ demo: 'on', demoPorts: [9101, 9101, 9900] }), [/^\/demoPorts\/1 /, /^\/demoPorts\/2 .*\/control\/listen/])
  t.same(up({ demo: 'off', demoPorts: [9101, 9101, 9900] }), [])
  t.end()
})

t.test('what is shown to Consul is whole, and said once', (t) => {
  const told = (consul: object) =>
    lines(checkControlBootstrap(accepted(ControlBootstrapSchema, { consul: { url: 'http://c', ...consul } })))
  t.same(told({ certFile: 'c', keyFile: 'k', tokenFile: 't' }), [])
  t.match(told({ token: 'x', tokenFile: 'x' }), [/^\/consul\/token must not stand beside tokenFile/])
  t.match(told({ certFile: 'c' }), [/^\/consul\/certFile must stand beside keyFile/])
  t.match(told({ keyFile: 'k' }), [/^\/consul\/keyFile must stand beside certFile/])
  const tokens = ['a', 'a'].map((service) => ({ service, tokenFile: 't' }))
  t.match(told({ tokens }), [/^\/consul\/tokens\/1\/service "a" is number 0 already/])
  t.end()
})
