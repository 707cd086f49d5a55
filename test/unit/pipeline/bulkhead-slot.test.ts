import t from 'tap'
import { handle } from '../../../edge/pipeline/handle.ts'
import { type Asking, Line, settled } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const AGENT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'

function lineOf(bulkhead: object, pool: object = {}) {
  return new Line({
    pools: { shop: { peers: [{ address: '127.0.0.1:1001' }], tries: 1, bulkhead: { maxInFlight: 1, ...bulkhead }, ...pool } },
    routes: {
      all: { pool: 'shop', cache: { store: 'off' } },
      high: { path: '/high', pool: 'shop', cache: { store: 'off' }, priority: 'high' },
    },
  })
}

const rowOf = (line: Line) => line.snapshot.pools.get('shop')!.door!.bulkhead!.of.row

/** Begins a request; what came of it is asked later. */
function begun(line: Line, asking: Asking = {}) {
  const x = line.exchange(asking)
  const served = Promise.resolve(handle(x))
  return { x, served, status: () => served.then(() => line.told(x).status) }
}

t.test('a slot is held until the body of the answer is over, or until its head where the rule says so', async (t) => {
  for (const [holdUntil, held] of [
    ['body', 1],
    ['head', 0],
  ] as const) {
    const line = lineOf({ holdUntil })
    const body = new ScriptedBody()
    line.upstream.will({ body })
    const { served } = begun(line)
    await settled()
    t.equal(rowOf(line).inUse, held, holdUntil)
    t.equal(line.metrics.value('weir_pool_in_flight', ['shop']), held)
    body.end()
    await served
    t.equal(rowOf(line).inUse, 0)
  }
})

t.test('who finds no room waits, and is served when there is some', async (t) => {
  const line = lineOf({})
  const body = new ScriptedBody()
  line.upstream.will({ body }, {})
  const first = begun(line)
  await settled()
  const second = begun(line)
  await settled()
  t.equal(line.upstream.sent.length, 1)
  t.equal(line.metrics.value('weir_pool_queued', ['shop']), 1)
  line.clock.advance(300)
  body.end()
  t.same([await first.status(), await second.status()], [200, 200])
  t.equal(line.metrics.value('weir_pool_queued', ['shop']), 0)
  t.same(line.metrics.observed('weir_pool_queue_seconds', ['shop']), [0.3])
})

t.test('who waits too long, finds the queue full, or would wait too long gets 503 with Retry-After', async (t) => {
  const line = lineOf({ queue: { max: 1, timeoutMs: 500 } })
  line.upstream.will('silence')
  const stuck = begun(line)
  await settled()
  const waiting = begun(line)
  await settled()
  const full = await line.ask()
  t.match(full, { status: 503, logged: { fault: 'POOL_BUSY' } })
  t.equal(full.fields.get('retry-after'), '1')
  line.clock.advance(500)
  t.equal(await waiting.status(), 503)
  const refusals = (reason: string) => line.metrics.value('weir_pool_refusals_total', ['shop', reason])
  t.same(['queue-full', 'queue-timeout', 'queue-late'].map(refusals), [1, 1, 0])
  stuck.x.wanted.abort()
  await stuck.served
  line.upstream.will('silence')
  const next = begun(line)
  line.clock.advance(2_000)
  next.x.wanted.abort()
  await next.served
  begun(line)
  t.equal((await line.ask()).status, 503)
  t.same(['queue-full', 'queue-timeout', 'queue-late'].map(refusals), [1, 1, 1])
})

t.test('a client that leaves leaves the queue', async (t) => {
  const line = lineOf({})
  line.upstream.will('silence')
  const stuck = begun(line)
  await settled()
  const leaving = begun(line)
  await settled()
  leaving.x.wanted.abort()
  await leaving.served
  t.match(rowOf(line), { inUse: 1, waiting: 0 })
  t.equal(line.metrics.value('weir_pool_queued', ['shop']), 0)
  stuck.x.wanted.abort()
  await stuck.served
  t.equal(rowOf(line).inUse, 0)
})

t.test('crawlers have their share alone, routes of high priority go first', async (t) => {
  const line = lineOf({ maxInFlight: 5 })
  line.upstream.will('silence')
  const crawl = { headers: { 'User-Agent': AGENT } }
  const crawlers = [begun(line, crawl), begun(line, crawl)]
  await settled()
  t.match(rowOf(line), { inUse: 1, waiting: 1 })
  const people = Array.from({ length: 5 }, () => begun(line))
  await settled()
  t.match(rowOf(line), { inUse: 5, waiting: 2 })
  const high = begun(line, { target: '/high' })
  await settled()
  people[0]!.x.wanted.abort()
  await settled()
  t.equal(line.upstream.sent.at(-1)!.target, '/high')
  for (const { x } of [...crawlers, ...people, high]) x.wanted.abort()
  await Promise.all([...crawlers, ...people, high].map(({ served }) => served))
  t.match(rowOf(line), { inUse: 0, waiting: 0 })
})

t.test('a breaker that opens sends away who waits', async (t) => {
  const line = lineOf({}, { breaker: { consecutiveFailures: 1 } })
  line.upstream.will('silence')
  const failing = begun(line)
  await settled()
  const waiting = [begun(line), begun(line)]
  await settled()
  line.upstream.will({})
  line.clock.advance(900)
  line.snapshot.pools.get('shop')!.door!.breaker!.breaker.failed(line.clock.monotonicMs())
  failing.x.wanted.abort()
  await failing.served
  await Promise.all(waiting.map(({ served }) => served))
  t.equal(line.upstream.sent.length, 1, 'nobody was sent there any more')
  t.match(rowOf(line), { inUse: 0, waiting: 0 })
  t.equal((await line.ask()).status, 503)
})

t.test('a limit that adapts follows what answers take', async (t) => {
  const line = lineOf({ maxInFlight: 100, adaptive: { floor: 16, windowMs: 100 }, queue: { max: 0 } })
  const limit = () => line.metrics.value('weir_pool_limit', ['shop'])
  const bodies: ScriptedBody[] = []
  const streaming: Promise<void>[] = []
  const hold = async (count: number) => {
    for (let i = 0; i < count; i++) {
      bodies.push(new ScriptedBody())
      line.upstream.will({ body: bodies.at(-1)! })
      streaming.push(begun(line).served)
      await settled()
    }
  }
  const ask = async (tookMs: number) => {
    line.upstream.will(() => {
      line.clock.advance(tookMs)
      return { status: 200 }
    })
    for (let i = 0; i < 80; i++) await line.ask()
  }
  await hold(10)
  await ask(10)
  t.equal(limit(), 32, 'used to more than half: it doubles')
  await hold(10)
  await ask(1_000)
  t.ok(limit() < 32, `${limit()} when answers take a hundred times as long`)
  for (const body of bodies) body.end()
  await Promise.all(streaming)
  t.equal(rowOf(line).inUse, 0)
})
