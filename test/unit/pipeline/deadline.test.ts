import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { deadlineOf, firstByteMs, hopTo } from '../../../edge/pipeline/deadline.ts'
import { Line } from '../../support/exchange-maker.ts'

function world({ route = {}, from = '10.0.0.9' } = {}) {
  const pool = { peers: [{ address: '127.0.0.1:1' }], totalTimeoutMs: 8_000, firstByteTimeoutMs: 2_000, deadlineField: 'X-Left' }
  const line = new Line({ clients: { trustedProxies: ['10.0.0.9'] }, pools: { shop: pool }, routes: { all: { pool: 'shop', ...route } } })
  const { asked, x } = line.asked({ from })
  line.clock.advance(100)
  const plan = x.snapshot.pools.get('shop')!
  const nowMs = line.clock.monotonicMs()
  const leftMs = (fields: Record<string, string> = {}) => deadlineOf(plan, asked, Fields.of(fields), x, nowMs) - nowMs
  return { asked, plan, leftMs }
}

t.test('the deadline is that of the route, else that of the pool', async (t) => {
  t.equal(world().leftMs(), 8_000)
  t.equal(world({ route: { timeoutMs: 500 } }).leftMs(), 500)
  t.equal(world({ route: { timeoutMs: 60_000 } }).leftMs(), 60_000)
})

t.test('a trusted proxy may shorten it, from when the request came; nobody lengthens it', async (t) => {
  t.equal(world().leftMs({ 'x-left': '1000' }), 900)
  t.equal(world().leftMs({ 'x-left': '90000' }), 8_000)
  t.equal(world({ from: '198.51.100.7' }).leftMs({ 'x-left': '1000' }), 8_000)
})

t.test('what is no number of ms says nothing', async (t) => {
  for (const told of ['', ' 5', '5s', '-5', '1e3', '0x10', '5,6', '9'.repeat(400)]) t.equal(world().leftMs({ 'x-left': told }), 8_000, told)
})

t.test('a route with a deadline of its own has that for a try too', async (t) => {
  const own = world({ route: { timeoutMs: 60_000 } })
  t.equal(firstByteMs(own.plan, own.asked), Number.POSITIVE_INFINITY)
  t.match(hopTo(own.plan.peers[0]!, own.plan, own.asked, 30_000), { untilHeadMs: 30_000, firstByteTimeoutMs: 30_000 })
  const usual = world()
  t.equal(firstByteMs(usual.plan, usual.asked), 2_000)
  t.match(hopTo(usual.plan.peers[0]!, usual.plan, usual.asked, 8_000), {
    address: '127.0.0.1:1',
    untilHeadMs: 8_000,
    firstByteTimeoutMs: 2_000,
  })
})
