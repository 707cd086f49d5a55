import t from 'tap'
import { checkRoutes } from '../../../edge/contract/check-routes.ts'
import { lines, siteWithRoutes } from './site-of.ts'

const told = (route: object) => lines(checkRoutes(siteWithRoutes({ r: route })))

t.test('a route names a pool or a fallback that responds, not both', (t) => {
  t.same(told({ pool: 'shop', crawlerPool: 'shop' }), [])
  t.same(told({ respond: 'resting' }), [])
  t.same(told({}), ['/routes/r has nobody to answer; it must name a pool, or a fallback in respond'])
  t.match(told({ pool: 'shop', respond: 'resting' }), [/^\/routes\/r\/respond must not stand beside pool/])
  t.match(told({ crawlerPool: 'shop', respond: 'resting' }), [/^\/routes\/r\/crawlerPool must not stand beside respond/])
  t.end()
})

t.test('paths and hosts mean something', (t) => {
  t.match(told({ pool: 'shop', path: '/a/{id', hosts: ['ok.example', '1.2.3'] }), [
    /^\/routes\/r\/path the segment/,
    /^\/routes\/r\/hosts\/1 "1.2.3"/,
  ])
  t.end()
})

t.test('a field is named once, whatever its letter case', (t) => {
  t.same(told({ pool: 'shop', headers: { 'X-A': '1', 'x-a': '2', 'x-b': '3' } }), [
    '/routes/r/headers/x-a is the same field as X-A; keep one of them',
  ])
  t.end()
})

t.test('nothing is listed twice', (t) => {
  const cache = {
    key: { query: 'listed', listedQuery: ['p', 'p'], dropQuery: ['q', 'q'] },
    vary: { codings: ['br', 'br'], languages: ['de', 'DE'] },
    unkeyed: { named: ['X-A', 'x-a'] },
  }
  const route = { pool: 'shop', hosts: ['a', 'a'], methods: ['GET', 'GET'], limits: ['x', 'x'], cache }
  t.same(
    told(route).map((line) => line.split(' ')[0]),
    [
      ...['hosts', 'methods', 'limits', 'cache/key/listedQuery', 'cache/key/dropQuery'],
      ...['cache/vary/codings', 'cache/vary/languages', 'cache/unkeyed/named'],
    ].map((field) => `/routes/r/${field}/1`),
  )
  t.end()
})

t.test('times of the cache agree with each other', (t) => {
  t.same(told({ pool: 'shop', cache: { defaultTtlMs: 5, maxTtlMs: 5, staleIfErrorMs: 9, keepStaleMs: 9 } }), [])
  t.same(told({ pool: 'shop', cache: { defaultTtlMs: 6, maxTtlMs: 5, staleIfErrorMs: 9, keepStaleMs: 8 } }), [
    '/routes/r/cache/defaultTtlMs must be at most maxTtlMs, which is 5 (ms); it is 6',
    '/routes/r/cache/staleIfErrorMs must be at most keepStaleMs, which is 8 (ms); it is 9',
  ])
  t.end()
})

t.test('crawlers sent to the fallback need one', (t) => {
  t.match(told({ pool: 'shop', degrade: { crawlers: 'fallback' } }), [/^\/routes\/r\/degrade\/crawlers is "fallback"/])
  t.same(told({ pool: 'shop', degrade: { crawlers: 'fallback', fallback: 'resting' } }), [])
  t.end()
})
