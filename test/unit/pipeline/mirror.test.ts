import t from 'tap'
import { compile } from '../../../edge/config/compile.ts'
import { bytesBody } from '../../../edge/http/body.ts'
import { type Asking, Line, settled, toldOf } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const site = (mirror: object, cache: object = { store: 'off' }) => ({
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }], tries: 1 }, next: { peers: [{ address: '127.0.0.1:2' }], tries: 1 } },
  routes: { all: { pool: 'shop', cache, mirror: { pool: 'next', sample: 1, ...mirror } } },
})

function mirrored(mirror: object = {}, cache?: object) {
  const line = new Line(site(mirror, cache))
  const book = () => line.snapshot.plans.get('all')!.mirror!.book.reading('all', 'next')
  const ask = async (asking: Asking = {}) => {
    const answer = await line.ask(asking)
    for (let i = 0; i < 5; i++) await settled()
    return answer
  }
  return { line, book, ask, copies: line.mirrorUpstream.sent }
}

t.test('a copy is marked, has a span of its own, and goes to the pool of the mirror', async (t) => {
  const { line, ask, copies, book } = mirrored()
  await ask({ target: '/a?b=1' })
  const [real] = line.upstream.sent
  t.match(copies, [{ method: 'GET', target: '/a?b=1', hop: { address: '127.0.0.1:2' } }])
  t.equal(copies[0]?.fields.get('x-weir-mirror'), '1')
  t.notOk(real?.fields.has('x-weir-mirror'))
  t.equal(copies[0]?.fields.get('x-request-id'), real?.fields.get('x-request-id'))
  t.not(copies[0]?.fields.get('traceparent'), real?.fields.get('traceparent'))
  t.equal(copies[0]?.fields.get('traceparent')?.slice(0, 35), real?.fields.get('traceparent')?.slice(0, 35), 'in the same trace')
  t.match(book(), { outcomes: { uncompared: 1 }, inFlight: 0 })
})

t.test('as many copies as asked for; the first alone is compared', async (t) => {
  const { ask, copies, book } = mirrored({ times: 3, compare: {} })
  await ask()
  t.equal(copies.length, 3)
  t.match(book().outcomes, { same: 1, uncompared: 2 })
})

t.test('a copy that comes in is not copied, whoever marked it, and only the word of a trusted proxy goes on', async (t) => {
  const { line, ask, copies } = mirrored()
  await ask({ headers: { 'X-Weir-Mirror': '1' } })
  t.equal(copies.length, 0)
  t.notOk(line.upstream.sent[0]?.fields.has('x-weir-mirror'))
})

t.test('credentials stay here unless the rule says otherwise; without them nothing is compared', async (t) => {
  const headers = { Cookie: 'sid=1', Authorization: 'Bearer x', 'X-Api-Key': 'k' }
  const strip = mirrored({ compare: {} })
  strip.line.mirrorUpstream.will({ status: 401 })
  await strip.ask({ headers })
  for (const name of ['cookie', 'authorization', 'x-api-key']) t.notOk(strip.copies[0]?.fields.has(name), name)
  t.ok(strip.line.upstream.sent[0]?.fields.has('cookie'))
  t.match(strip.book().outcomes, { uncompared: 1, different: 0 })
  const keep = mirrored({ compare: {}, credentials: 'keep' })
  await keep.ask({ headers })
  t.equal(keep.copies[0]?.fields.get('cookie'), 'sid=1')
  t.match(keep.book().outcomes, { same: 1 })
})

t.test('the conditions of a client are not for the mirror, and a 304 is compared with nothing', async (t) => {
  const { line, ask, copies, book } = mirrored({ compare: {} })
  line.upstream.will({ status: 304 })
  await ask({ headers: { 'If-None-Match': '"a"' } })
  t.notOk(copies[0]?.fields.has('if-none-match'))
  t.match(book().outcomes, { uncompared: 1 })
})

t.test('differences are counted by route and kind, with an example', async (t) => {
  const { line, ask, book } = mirrored({ compare: { body: 'digest' } })
  line.upstream.will({ headers: { 'Content-Type': 'text/html' }, body: 'one' })
  line.mirrorUpstream.will({ headers: { 'Content-Type': 'text/plain' }, body: 'two' }, { status: 500 })
  t.equal((await ask({ target: '/x?token=1' })).text, 'one')
  await ask()
  const { outcomes, differences, examples } = book()
  t.match(outcomes, { different: 2 })
  t.match(differences, { status: 1, field: 1, body: 1, length: 0 })
  t.match(examples[1], { target: '/x?token=***', method: 'GET', id: 'x-1' })
  t.equal(line.metrics.value('weir_mirror_total', ['all', 'different']), 2)
  t.equal(line.metrics.value('weir_mirror_differences_total', ['all', 'body']), 1)
})

t.test('a mirror that is away, or silent, is nothing to the client and ends by its deadline', async (t) => {
  const { line, ask, book } = mirrored({ timeoutMs: 3_000, compare: {} })
  line.mirrorUpstream.will({ fault: 'UPSTREAM_CONNECT' }, 'silence')
  t.equal((await ask()).status, 200)
  t.match(book(), { inFlight: 0, outcomes: { failed: 1 } })
  t.equal((await ask()).status, 200)
  t.equal(book().inFlight, 1)
  line.clock.advance(3_000)
  await settled()
  t.match(book(), { inFlight: 0, outcomes: { failed: 2 } })
})

t.test('a mirror whose body stalls ends by its deadline', async (t) => {
  const { line, ask, book } = mirrored({ timeoutMs: 3_000 })
  line.mirrorUpstream.will({ body: new ScriptedBody(null) })
  await ask()
  t.equal(book().inFlight, 1)
  line.clock.advance(3_000)
  for (let i = 0; i < 5; i++) await settled()
  t.match(book(), { inFlight: 0, outcomes: { failed: 1 } })
  t.equal(line.atPeers, 0)
})

t.test('more than may be under way is dropped', async (t) => {
  const { line, ask, copies, book } = mirrored({ maxInFlight: 2, times: 3 })
  line.mirrorUpstream.will('silence')
  await ask()
  await ask()
  t.equal(copies.length, 2)
  t.match(book(), { inFlight: 2, outcomes: { 'dropped-full': 4 } })
  t.equal(line.metrics.value('weir_mirror_total', ['all', 'dropped-full']), 4)
})

t.test('under pressure there are no copies', async (t) => {
  const { line, ask, copies, book } = mirrored()
  line.pressure.level = 1
  await ask()
  t.equal(copies.length, 0)
  t.match(book().outcomes, { 'dropped-overload': 1 })
})

t.test('a write is copied where that is allowed, with its body, once the origin has it', async (t) => {
  const off = mirrored()
  await off.ask({ method: 'POST', body: bytesBody(Buffer.from('x')) })
  t.equal(off.copies.length, 0)

  const { line, ask, copies, book } = mirrored({ writes: 'on', times: 2, maxBodyBytes: 5 })
  line.upstream.will({ request: 'read' })
  line.mirrorUpstream.will({ request: 'read' })
  await ask({ method: 'POST', body: bytesBody(Buffer.from('hello')) })
  t.match(copies, [{ method: 'POST', body: 'hello' }, { body: 'hello' }])
  t.equal(line.upstream.sent[0]?.body, 'hello')
  t.equal(line.budget.usedBytes, 0)

  await ask({ method: 'POST', body: bytesBody(Buffer.from('too long')) })
  const unsaid = { lengthBytes: null, open: bytesBody(Buffer.from('too long')).open.bind(bytesBody(Buffer.from('too long'))) }
  await ask({ method: 'POST', body: unsaid })
  t.equal(copies.length, 2)
  t.equal(line.upstream.sent[2]?.body, 'too long', 'the origin has it all')
  t.match(book().outcomes, { 'dropped-body': 4 })
  t.equal(line.budget.usedBytes, 0)
})

t.test('what the cache answers is copied where the rule says so', async (t) => {
  const keeping = { 'Cache-Control': 'max-age=60' }
  const origin = mirrored({}, {})
  origin.line.upstream.will({ headers: keeping })
  await origin.ask()
  t.equal((await origin.ask()).servedBy, 'hit')
  t.equal(origin.copies.length, 1)

  const all = mirrored({ of: 'all', compare: {} }, {})
  all.line.upstream.will({ headers: keeping })
  await all.ask()
  t.equal((await all.ask()).servedBy, 'hit')
  t.equal(all.copies.length, 2)
  t.match(all.book().outcomes, { same: 1, uncompared: 1 })
})

t.test('an origin that fails is no answer to compare with', async (t) => {
  const { line, ask, book } = mirrored({ compare: {} })
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' })
  t.equal((await ask()).status, 503)
  t.match(book(), { inFlight: 0, outcomes: { uncompared: 1 } })
})

t.test('the book outlives revisions', async (t) => {
  const { line, ask, book } = mirrored()
  await ask()
  line.snapshot = compile(toldOf(site({ times: 2 })), line.registries)
  t.equal(line.snapshot.plans.get('all')?.mirror?.config.times, 2)
  t.match(book().outcomes, { uncompared: 1 })
})
