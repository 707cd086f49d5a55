import t from 'tap'
import { handle } from '../../../edge/pipeline/handle.ts'
import { Line, settled, TWO_PEERS } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const KEPT = { headers: { 'Cache-Control': 'max-age=60', ETag: '"v1"' }, body: 'page' } as const

t.test('when the last who wanted it has left, the fetch ends', async (t) => {
  const line = new Line()
  line.upstream.will({ ...KEPT, body: new ScriptedBody() })
  const exchanges = [line.exchange(), line.exchange()]
  const leaving = exchanges.map((x) => handle(x))
  await settled()
  exchanges[0]!.wanted.abort()
  await settled()
  t.equal(line.upstream.bodies[0]!.state, 'open')
  exchanges[1]!.wanted.abort()
  await Promise.all(leaving)
  t.equal(line.upstream.bodies[0]!.state, 'cancelled')
  t.equal(line.tools.flights.size, 0)
  t.equal(line.atPeers, 0)
})

t.test('a client that leaves before there is an answer holds nobody: it is fetched for those who wait', async (t) => {
  const line = new Line()
  line.upstream.will('silence', KEPT)
  const x = line.exchange()
  const leaving = handle(x)
  const waiting = line.exchange()
  const asking = handle(waiting)
  await settled()
  x.wanted.abort()
  await settled()
  t.equal(line.upstream.sent.length, 1, 'somebody waits for it')
  waiting.wanted.abort()
  await Promise.all([leaving, asking])
  t.match(line.told(x).logged, { outcome: 'client-gone' })
  t.equal(line.atPeers, 0)
})

t.test('who waits gets bytes as they come, and is cut when they break off', async (t) => {
  const line = new Line()
  const body = new ScriptedBody()
  line.upstream.will({ ...KEPT, body })
  const first = line.ask()
  const x = line.exchange()
  const waiting = handle(x)
  await settled()
  body.write('pa')
  t.equal(x.reply.text, 'pa')
  body.fail(new Error('reset'))
  await waiting
  t.match(line.told(x), { text: 'pa', logged: { outcome: 'cut' } })
  t.match(await first, { logged: { outcome: 'cut' } })
  t.equal(line.tools.flights.size, 0)
})

t.test('what is refused to one says nothing of the others, and of them one asks again', async (t) => {
  for (const [status, headers] of [
    [403, {}],
    [400, {}],
    [200, { Authorization: 'Basic eA==' }],
  ] as const) {
    const line = new Line()
    line.upstream.will({ ...KEPT, status }, KEPT)
    const first = line.ask({ headers })
    const others = [line.ask(), line.ask(), line.ask()]
    t.equal((await first).status, status)
    for (const answer of await Promise.all(others)) t.match(answer, { status: 200, text: 'page' })
    t.equal(line.upstream.sent.length, 2, `${status}`)
  }
})

t.test('a page that two in a row get for themselves alone is waited for by nobody, for a while', async (t) => {
  const line = new Line()
  line.upstream.will({ status: 403 })
  const answers = await Promise.all(Array.from({ length: 10 }, () => line.ask()))
  t.ok(answers.every(({ status }) => status === 403))
  t.equal(line.upstream.sent.length, 10)
  const hanging = [line.exchange(), line.exchange()]
  line.upstream.will('silence')
  const asking = hanging.map((x) => handle(x))
  await settled()
  t.equal(line.upstream.sent.length, 12, 'side by side')
  for (const x of hanging) x.wanted.abort()
  await Promise.all(asking)
})

t.test('a failing origin is asked twice for all who wait, and no more', async (t) => {
  for (const [site, status] of [
    [TWO_PEERS, 503],
    [
      {
        ...TWO_PEERS,
        fallbacks: { resting: { status: 200, body: 'resting' } },
        routes: { all: { pool: 'shop', degrade: { fallback: 'resting' } } },
      },
      200,
    ],
  ] as const) {
    const line = new Line(site)
    line.upstream.will({ status: 500, body: 'oops' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => line.ask()))
    t.same(answers.map((answer) => answer.status).sort(), [...Array(8).fill(status), 500, 500].sort())
    t.equal(line.upstream.sent.length, 2)
    if (status === 503)
      t.match(
        answers.find((answer) => answer.status === 503),
        { fields: {}, text: /FILL_FAILED/ },
      )
  }
})

t.test('those who have something stale take it when the fetch fails, and nobody asks again', async (t) => {
  const line = new Line()
  line.upstream.will(KEPT)
  await line.ask()
  line.clock.advance(61_000)
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => line.ask()))
  t.same(new Set(answers.map(({ status, text, servedBy }) => `${status} ${text} ${servedBy}`)), new Set(['200 page stale']))
  t.equal(line.upstream.sent.length, 3, 'the two peers, once each')
  t.equal(answers.filter((answer) => answer.cacheStatus === 'edge-1;fwd=stale;collapsed=?0').length, 9)
})

t.test('those who wait for an origin that hangs take what is stale at the deadline; beyond the most that may wait, at once', async (t) => {
  const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', cache: { coalesceMaxWaiters: 1 } } } })
  line.upstream.will(KEPT)
  await line.ask()
  line.clock.advance(61_000)
  line.upstream.will('silence')
  const hanging = line.exchange()
  const leading = handle(hanging)
  const waiting = line.ask()
  t.match(await line.ask(), { text: 'page', servedBy: 'stale' })
  line.clock.advance(5_000)
  t.match(await waiting, { text: 'page', servedBy: 'stale' })
  hanging.wanted.abort()
  await leading
  t.equal(line.upstream.sent.length, 2)
})

t.test('parts of a page on its way are cut out of it for each who asked for one', async (t) => {
  const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', cache: { rangeMiss: 'whole' } } } })
  const body = new ScriptedBody(4)
  line.upstream.will({ ...KEPT, body })
  const first = line.ask()
  const parts = [line.ask({ headers: { Range: 'bytes=1-2' } }), line.ask({ headers: { Range: 'bytes=9-' } })]
  await settled()
  body.write('pa').write('ge').end()
  t.match(await parts[0], { status: 206, text: 'ag', cacheStatus: 'edge-1;fwd=miss;collapsed' })
  t.match(await parts[1], { status: 416, text: '' })
  t.match(await first, { status: 200, text: 'page' })
  t.equal(line.upstream.sent.length, 1)
})

t.test('one who has the page already is told so, and another variant is fetched for itself', async (t) => {
  const line = new Line()
  const body = new ScriptedBody()
  line.upstream.will({ headers: { ...KEPT.headers, Vary: 'Accept' }, body }, { ...KEPT, body: 'other' })
  const first = line.ask({ headers: { Accept: 'a' } })
  const others = [line.ask({ headers: { Accept: 'a', 'If-None-Match': '"v1"' } }), line.ask({ headers: { Accept: 'b' } })]
  await settled()
  t.match(await others[0], { status: 304, text: '' })
  t.match(await others[1], { status: 200, text: 'other' })
  body.write('page').end()
  t.equal((await first).text, 'page')
  t.equal(line.tools.flights.size, 0)
})

t.test('who is served while it arrives gets plain bytes, and caches after us are told that others do not', async (t) => {
  const line = new Line({ ...TWO_PEERS, routes: { all: { pool: 'shop', compress: { codings: ['gzip'], minBytes: 64 } } } })
  const body = new ScriptedBody()
  line.upstream.will({ headers: { ...KEPT.headers, 'Content-Type': 'text/html' }, body })
  const first = line.ask()
  const waiting = line.ask({ headers: { 'Accept-Encoding': 'gzip' } })
  await settled()
  body.write('page').end()
  t.equal((await first).text, 'page')
  const { text, fields } = await waiting
  t.same([text, fields.get('content-encoding'), fields.get('vary')], ['page', undefined, 'Accept-Encoding'])
})
