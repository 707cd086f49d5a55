// An origin answers every request with 503, slowly enough to hurt. Its breaker opens: who asks is served at once from what there is, the
// origin is left in peace, operators see why and until when, and when it is well again it has its traffic back.

import t from 'tap'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

t.test('a pool that fails is left in peace and comes back by itself', async (t) => {
  const origin = await startOrigin(t, { status: 503, body: 'sick' })
  const peers = [{ address: `127.0.0.1:${origin.port}` }]
  const breaker = { failureRatio: 0.5, minRequests: 10, openMs: 6_000, maxOpenMs: 6_000, successes: 2 }
  const site = {
    pools: { shop: { peers, tries: 1, breaker, ejection: { consecutiveFailures: 1000 } }, other: { peers } },
    fallbacks: { later: { status: 200, contentType: 'text/plain', body: 'come back later' } },
    routes: {
      pages: { pool: 'shop', cache: { store: 'off' } },
      menu: { path: '/menu', pool: 'shop', cache: { store: 'off' }, degrade: { fallback: 'later' } },
      other: { path: '/other', pool: 'other', cache: { store: 'off' } },
    },
  }
  const control = await startControl(t, { site })
  const edge = await startEdge(t, { control })
  const logged = (line: RegExp) => until(() => line.test(edge.output), { what: `a line ${line} in the log` })
  for (let i = 0; i < 10; i++) t.equal((await visit(edge, '/')).text, 'sick')
  const asked = origin.count()
  const refused = await visit(edge, '/')
  t.match(refused, { status: 503, text: /POOL_OPEN/, headers: { 'retry-after': /^[1-6]$/, 'cache-control': 'no-store' } })
  t.match(await visit(edge, '/menu'), { status: 200, text: 'come back later' })
  t.equal(origin.count(), asked, 'the origin was not asked')
  t.equal((await visit(edge, '/other')).text, 'sick', 'another pool at the same origin goes on')
  t.equal(await edge.metric('weir_breaker_state', { pool: 'shop' }), 2)
  await logged(/"event":"breaker","pool":"shop","from":"closed","to":"open","cause":"failure-ratio","probeInMs":[56][0-9]{3}/)

  const troubles = async () => (await control.call('GET', '/v1/troubles')).text
  await until(async () => /breaker-open.*shop.*failure-ratio/s.test(await troubles()), { what: 'the trouble to be listed' })

  origin.on('*', { body: 'well' })
  await until(async () => (await edge.metric('weir_breaker_state', { pool: 'shop' })) === 1, { what: 'it to be half-open' })
  for (let i = 0; i < 2; i++) t.match(await visit(edge, '/'), { status: 200, text: 'well' })
  t.equal(await edge.metric('weir_breaker_state', { pool: 'shop' }), 0)
  await logged(/"event":"breaker","pool":"shop","from":"half-open","to":"closed"/)
})
