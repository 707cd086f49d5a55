import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { discard } from '../../../edge/http/body.ts'
import { originRequest } from '../../../edge/pipeline/origin-request.ts'
import { sendToPool } from '../../../edge/pipeline/send-to-pool.ts'
import { type Asking, Line, settled } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const BYPASS = { kind: 'bypass', reason: 'method' } as const

function lineOf(pool: object = {}, peers = 2) {
  const addresses = Array.from({ length: peers }, (_, at) => ({ address: `127.0.0.1:${1001 + at}` }))
  return new Line({ pools: { shop: { peers: addresses, balance: 'round-robin', ...pool } }, routes: { all: { pool: 'shop' } } })
}

function sending(line: Line, asking: Asking = {}) {
  const { asked, x } = line.asked(asking)
  const draft = originRequest(asked, BYPASS, x)
  return { x, draft, fetching: sendToPool(draft, x.snapshot.pools.get('shop')!, asked, x) }
}

const triedAt = (line: Line) => line.upstream.sent.map(({ hop }) => hop.address)

t.test('a connect failure goes on to the next peer, for every method, as long as the body has not begun to flow', async (t) => {
  const line = lineOf()
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' }, { request: 'read', status: 201 })
  const { x, fetching } = sending(line, { method: 'POST', body: ScriptedBody.of('order') })
  t.equal((await fetching).answer.status, 201)
  t.same(triedAt(line), ['127.0.0.1:1001', '127.0.0.1:1002'])
  t.equal(line.upstream.sent[1]!.body, 'order')
  t.match(x.why, { peer: '127.0.0.1:1002', tries: 2 })
  t.equal(line.metrics.value('weir_upstream_retries_total', ['shop', 'UPSTREAM_CONNECT']), 1)
})

t.test('a request whose body began to flow is never sent again', async (t) => {
  for (const method of ['POST', 'PUT']) {
    const line = lineOf()
    line.upstream.will({ fault: 'UPSTREAM_RESET', request: 'read' }, {})
    await t.rejects(sending(line, { method, body: ScriptedBody.of('order') }).fetching, { code: 'UPSTREAM_RESET' })
    t.equal(line.upstream.sent.length, 1, method)
  }
})

t.test('what may have run is repeated only when running twice is the same', async (t) => {
  for (const fault of ['UPSTREAM_RESET', 'UPSTREAM_TIMEOUT'] as const) {
    const post = lineOf()
    post.upstream.will({ fault }, {})
    await t.rejects(sending(post, { method: 'POST' }).fetching, { code: fault })
    const get = lineOf()
    get.upstream.will({ fault }, {})
    t.equal((await sending(get).fetching).answer.status, 200)
  }
})

t.test('an answer that broke off is nobody’s to repeat', async (t) => {
  const line = lineOf()
  line.upstream.will({ fault: 'UPSTREAM_CUT' })
  await t.rejects(sending(line).fetching, { code: 'UPSTREAM_CUT' })
  t.equal(line.upstream.sent.length, 1)
})

t.test('a peer that says it is in trouble is not the last to be asked, where a request may run twice', async (t) => {
  const line = lineOf()
  const busy = new ScriptedBody()
  line.upstream.will({ status: 503, body: busy }, { status: 200, body: 'page' })
  const { x, fetching } = sending(line)
  t.equal((await fetching).answer.status, 200)
  t.equal(busy.state, 'cancelled', 'what it said is let go')
  t.match(x.why, { tries: 2, retries: '503' })
  t.equal(line.metrics.value('weir_upstream_retries_total', ['shop', '503']), 1)
  t.equal(line.atPeers, 1, 'only who answered is busy')

  const write = lineOf()
  write.upstream.will({ status: 503 }, {})
  t.equal((await sending(write, { method: 'POST' }).fetching).answer.status, 503)
  const told = lineOf({ retry: { statuses: [500] } })
  told.upstream.will({ status: 503 }, {})
  t.equal((await sending(told).fetching).answer.status, 503, 'only what the pool lists')
})

t.test('what the last peer says is passed on, whatever it is', async (t) => {
  const alone = lineOf({}, 1)
  alone.upstream.will({ status: 503 })
  t.equal((await sending(alone).fetching).answer.status, 503)
  t.equal(alone.upstream.sent.length, 1)
  const all = lineOf()
  all.upstream.will({ status: 503 })
  t.equal((await sending(all).fetching).answer.status, 503)
  t.equal(all.upstream.sent.length, 2)
  t.equal(all.atPeers, 1)
})

t.test('tries are counted, and the fault is that of the last', async (t) => {
  const line = lineOf({ tries: 2 }, 3)
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' }, { fault: 'UPSTREAM_CONNECT_TIMEOUT' })
  await t.rejects(sending(line).fetching, { code: 'UPSTREAM_CONNECT_TIMEOUT' })
  t.equal(line.upstream.sent.length, 2)
})

t.test('each peer is tried once, but the last is asked again when it only closed a kept connection', async (t) => {
  const refusing = lineOf({ tries: 5 })
  refusing.upstream.will({ fault: 'UPSTREAM_CONNECT' })
  await t.rejects(sending(refusing).fetching, { code: 'UPSTREAM_CONNECT' })
  t.same(triedAt(refusing), ['127.0.0.1:1001', '127.0.0.1:1002'])

  const alone = lineOf({}, 1)
  alone.upstream.will({ fault: 'UPSTREAM_RESET' }, {})
  t.equal((await sending(alone).fetching).answer.status, 200)
  const dying = lineOf({ tries: 5 }, 1)
  dying.upstream.will({ fault: 'UPSTREAM_RESET' })
  await t.rejects(sending(dying).fetching, { code: 'UPSTREAM_RESET' })
  t.equal(dying.upstream.sent.length, 2, 'once, and then no more')
})

t.test('a pool without peers says so', async (t) => {
  await t.rejects(sending(lineOf({}, 0)).fetching, { code: 'NO_PEER' })
})

t.test('all tries share one deadline', async (t) => {
  const line = lineOf({ totalTimeoutMs: 1_000 })
  line.upstream.will('silence')
  const { fetching } = sending(line)
  t.equal(line.upstream.sent[0]!.hop.untilHeadMs, 500, 'a silent peer leaves half of it for another')
  await line.clock.advanceAsync(500)
  t.equal(line.upstream.sent[1]!.hop.untilHeadMs, 500, 'and that is the last')
  line.clock.advance(500)
  await t.rejects(fetching, { code: 'UPSTREAM_TIMEOUT' })
  t.equal(line.upstream.sent.length, 2)

  const late = lineOf({ totalTimeoutMs: 1_000 })
  late.upstream.will(() => {
    late.clock.advance(400)
    return { fault: 'UPSTREAM_CONNECT' }
  }, {})
  await sending(late).fetching
  t.equal(late.upstream.sent[1]!.hop.untilHeadMs, 600)
})

t.test('each try has fields of its own: its peer’s Host, its own span', async (t) => {
  const nameless = { version: '1.0', headers: { Host: null } } as const
  for (const [pool, asking] of [
    [{ host: 'peer' }, {}],
    [{}, nameless],
  ] as const) {
    const line = lineOf(pool)
    line.upstream.will({ fault: 'UPSTREAM_CONNECT' }, {})
    const { fetching } = sending(line, asking)
    await fetching
    const [first, second] = line.upstream.sent.map(({ fields }) => fields)
    t.same([first!.get('host'), second!.get('host')], ['127.0.0.1:1001', '127.0.0.1:1002'])
    t.equal(first!.get('traceparent')!.slice(0, 36), second!.get('traceparent')!.slice(0, 36))
    t.not(first!.get('traceparent'), second!.get('traceparent'))
  }
})

t.test('a peer is busy until the body of its answer is over, whichever way that comes', async (t) => {
  const ends: Record<string, (body: ScriptedBody) => void> = { end: (body) => body.end(), fail: (body) => body.fail(new Error('reset')) }
  for (const [name, end] of Object.entries(ends)) {
    const line = lineOf()
    const body = new ScriptedBody()
    line.upstream.will({ body })
    const { answer } = await sending(line).fetching
    t.equal(line.atPeers, 1)
    answer.body.open({ write: () => true, end() {}, fail() {} })
    end(body)
    t.equal(line.atPeers, 0, name)
  }
  const line = lineOf()
  line.upstream.will({ body: new ScriptedBody() })
  discard((await sending(line).fetching).answer.body)
  t.equal(line.atPeers, 0, 'discarded')
  t.equal(line.upstream.bodies[0]!.state, 'cancelled')
  line.upstream.will({ throws: new TypeError('a fault of ours') })
  await t.rejects(sending(line).fetching, { code: 'INTERNAL' })
  t.equal(line.atPeers, 0, 'thrown')
  const { asked, x } = line.asked()
  const upstream = {
    ...line.upstream,
    send: () => {
      throw new TypeError('at once')
    },
    close: async () => {},
  }
  const broken = { ...x, tools: { ...x.tools, upstream } }
  await t.rejects(sendToPool(originRequest(asked, BYPASS, x), x.snapshot.pools.get('shop')!, asked, broken), { code: 'INTERNAL' })
  t.equal(line.atPeers, 0, 'thrown at once')
})

t.test('what a slow client leaves in memory of an answer counts until the body is over', async (t) => {
  const line = lineOf()
  const body = new ScriptedBody()
  line.upstream.will({ body })
  const { fetching } = sending(line)
  const { answer } = await fetching
  const flow = answer.body.open({ write: () => false, end() {}, fail() {} })
  body.write('half a page')
  t.equal(line.budget.usedBytes, 11)
  flow.cancel()
  t.match(line.budget, { usedBytes: 0, overgivenBytes: 0 })
})

t.test('a peer that keeps failing is left out, and comes back by the monotonic clock', async (t) => {
  const line = lineOf({ tries: 1, ejection: { consecutiveFailures: 1, baseEjectionMs: 5_000 } })
  line.upstream.will({ status: 503 })
  await sending(line).fetching
  t.match(line.log.of('peer-ejected'), [{ pool: 'shop', peer: '127.0.0.1:1001' }])
  t.equal(line.metrics.value('weir_peer_ejections_total', ['shop', 'consecutive']), 1)
  line.upstream.will({})
  line.clock.setWall(0)
  for (let i = 0; i < 4; i++) discard((await sending(line).fetching).answer.body)
  t.same(new Set(triedAt(line).slice(1)), new Set(['127.0.0.1:1002']), 'a jump of the date changes nothing')
  line.clock.advance(5_000)
  for (let i = 0; i < 4; i++) discard((await sending(line).fetching).answer.body)
  t.ok(triedAt(line).slice(5).includes('127.0.0.1:1001'))
})

t.test('a body that a peer broke off is a failure of it, also in a row with whole heads; one that its client left is none', async (t) => {
  const line = lineOf({ tries: 1, ejection: { consecutiveFailures: 3, maxEjectedRatio: 1 } })
  const endings = { cut: (body: ScriptedBody) => body.fail(new EdgeError('UPSTREAM_CUT')), left: () => {} }
  const fetch = async (ending: keyof typeof endings) => {
    const body = new ScriptedBody()
    line.upstream.will({ body })
    const { answer } = await sending(line).fetching
    const flow = answer.body.open({ write: () => true, end() {}, fail() {} })
    endings[ending](body)
    flow.cancel()
  }
  for (let i = 0; i < 6; i++) await fetch('left')
  t.same(line.log.of('peer-ejected'), [])
  for (let i = 0; i < 6; i++) await fetch('cut')
  t.match(line.log.of('peer-ejected'), [{ cause: '3 failures in a row' }, { cause: '3 failures in a row' }], 'both peers had three')
  t.equal(line.atPeers, 0)
})

t.test('a client that leaves, or a full queue, is no failure of the peer', async (t) => {
  const line = lineOf({ tries: 1, ejection: { consecutiveFailures: 1 } })
  line.upstream.will('silence')
  const { x, fetching } = sending(line)
  x.wanted.abort()
  await t.rejects(fetching, { code: 'CLIENT_GONE' })
  line.upstream.will({ fault: 'UPSTREAM_BUSY' })
  await t.rejects(sending(line).fetching, { code: 'UPSTREAM_BUSY' })
  t.same(line.log.of('peer-ejected'), [])
  t.equal(line.atPeers, 0)
})

t.test('a client that leaves ends the fetch, unless it was let go on for others', async (t) => {
  const line = lineOf()
  line.upstream.will({ body: new ScriptedBody() })
  const one = sending(line)
  ;(await one.fetching).answer.body.open({ write: () => true, end() {}, fail() {} })
  one.x.wanted.abort()
  await settled()
  t.equal(line.upstream.bodies[0]!.state, 'failed')

  line.upstream.will({ body: new ScriptedBody() })
  const other = sending(line)
  const fetched = await other.fetching
  fetched.answer.body.open({ write: () => true, end() {}, fail() {} })
  fetched.outliveClient()
  other.x.wanted.abort()
  t.equal(line.upstream.bodies[1]!.state, 'open')
  line.upstream.bodies[1]!.end()
  t.equal(line.atPeers, 0)
})
