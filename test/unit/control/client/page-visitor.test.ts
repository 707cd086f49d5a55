import t from 'tap'
import { PageVisitor, type Visit } from '../../../../control/client/page-visitor.ts'
import { systemTimers } from '../../../../edge/base/system/clock.ts'
import { startOrigin } from '../../../support/origin.ts'
import type { Scope } from '../../../support/scope.ts'

async function visiting(t: Scope) {
  const origin = await startOrigin(t)
  const options = { connections: 2, timeoutMs: 5_000, timers: systemTimers, certificate: 'verified' } as const
  const visitor = new PageVisitor({ edge: new URL(`http://127.0.0.1:${origin.port}`), ...options })
  t.teardown(() => visitor.close())
  return { origin, visit: (target: string) => visitor.visit({ host: 'shop.example:81', target }) }
}

t.test('it names the host of the page, and asks over connections that are kept', async (t) => {
  const { origin, visit } = await visiting(t)
  for (const target of ['/a?b=1', '/c', '/d']) t.match(await visit(target), { kind: 'passed', status: 200 })
  t.equal(origin.connections, 1)
  t.match(origin.requests[0], { target: '/a?b=1', headers: { host: 'shop.example:81', 'user-agent': /^weir-warm/ } })
})

t.test('what the cache nearest to it says is what counts', async (t) => {
  const { origin, visit } = await visiting(t)
  const cases: readonly (readonly [string | readonly string[], Visit['kind']])[] = [
    ['weir; hit; ttl=3', 'hit'],
    ['weir; fwd=uri-miss; stored', 'stored'],
    ['weir;fwd=miss', 'passed'],
    ['origin; hit, weir; fwd=uri-miss; stored', 'stored'],
    [['far; fwd=miss; stored', 'near; hit'], 'hit'],
    ['weir; fwd=miss; detail="a, b; hit"', 'passed'],
    ['weir; fwd=miss; key="\\"; hit"', 'passed'],
    ['', 'passed'],
  ]
  for (const [line, kind] of cases) {
    origin.on('/page', { headers: { 'cache-status': line } })
    t.equal((await visit('/page')).kind, kind, String(line))
  }
})

t.test('errors, cut answers and silence are failures with a sentence', async (t) => {
  const { origin, visit } = await visiting(t)
  origin.on('/gone', { status: 404 })
  origin.on('/cut', (_request, response) => {
    response.writeHead(200, { 'content-length': 10 })
    response.write('half')
    response.destroy()
    return undefined
  })
  t.match(await visit('/gone'), { kind: 'failed', status: 404, sentence: 'answered 404' })
  t.match(await visit('/cut'), { kind: 'failed' })
  const nobody = new PageVisitor({
    edge: new URL('http://127.0.0.1:1'),
    ...{ connections: 1, timeoutMs: 5_000, timers: systemTimers, certificate: 'verified' },
  })
  t.match(await nobody.visit({ host: 'a', target: '/' }), { kind: 'failed', status: 0, sentence: /ECONNREFUSED/ })
  nobody.close()
})

t.test('an answer that does not end in its time is given up', async (t) => {
  const { origin } = await visiting(t)
  const held = origin.hold('/slow')
  const options = { connections: 1, timeoutMs: 50, timers: systemTimers, certificate: 'verified' } as const
  const visitor = new PageVisitor({ edge: new URL(`http://127.0.0.1:${origin.port}`), ...options })
  t.match(await visitor.visit({ host: 'a', target: '/slow' }), { kind: 'failed', sentence: /no whole answer within 50 ms/ })
  visitor.close()
  held.release()
})
