import t from 'tap'
import type { Level } from '../../../edge/cache/level.ts'
import { MemoryLevel } from '../../../edge/cache/memory-level.ts'
import { type Asking, Line, settled, TWO_PEERS } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import type { PeerDoes } from '../../support/scripted-upstream.ts'

const BODY = '0123456789'

/** What an origin says of a part of BODY. */
function part(first: number, last: number, headers: Record<string, string> = {}): PeerDoes {
  const body = BODY.slice(first, last + 1)
  const said = { 'Cache-Control': 'max-age=60', ETag: '"v1"', 'Content-Type': 'text/plain', 'Content-Range': `bytes ${first}-${last}/10` }
  return { status: 206, headers: { ...said, ...headers }, body }
}

const range = (value: string, more: Record<string, string> = {}): Asking => ({ headers: { Range: value, ...more } })

/** A line that asked for one part, which the origin answered so. */
async function asked(does: PeerDoes, asking: Asking = range('bytes=0-4'), site: object = TWO_PEERS) {
  const line = new Line(site)
  line.upstream.will(does)
  const first = await line.ask(asking)
  const again = async (next: Asking = asking) => {
    const before = line.upstream.sent.length
    const { status, text, cacheStatus, fields } = await line.ask(next)
    return { status, text, cacheStatus, fields, hit: line.upstream.sent.length === before }
  }
  return { line, first, again }
}

t.test('a part is kept on its way, and answers what lies within it', async (t) => {
  const { line, first, again } = await asked(part(0, 4))
  t.match(first, { status: 206, text: '01234', cacheStatus: 'edge-1;fwd=uri-miss;stored' })
  t.equal(line.upstream.sent[0]!.fields.get('range'), 'bytes=0-4')
  t.match(await again(), { status: 206, text: '01234', hit: true, cacheStatus: /^edge-1;hit;ttl=60;detail=L1$/ })
  t.match(await again(range('bytes=2-3')), { status: 206, text: '23', hit: true })
  const several = await again(range('bytes=0-0,4-4'))
  t.match(several, { status: 206, hit: true, text: /Content-Range: bytes 4-4\/10\r\n\r\n4\r\n/ })
  t.notOk(several.fields.has('content-range'))
  const { fields } = await again(range('bytes=1-4'))
  t.equal(fields.get('content-range'), 'bytes 1-4/10')
  t.notOk(fields.has('range'))
})

t.test('it never answers for what it has not got', async (t) => {
  for (const [headers, status] of [
    [{}, 206],
    [{ Range: 'bytes=3-5' }, 206],
    [{ Range: 'bytes=3-' }, 206],
    [{ Range: 'bytes=-1' }, 206],
    [{ Range: 'bytes=0-1', 'If-Range': '"v2"' }, 206],
    [{ Range: 'bytes=0-1', 'If-Match': '"v2"' }, 206],
    [{ Range: 'bytes=0-1', 'Cache-Control': 'no-cache' }, 206],
  ] as const) {
    const { again } = await asked(part(0, 4))
    t.match(await again({ headers }), { hit: false, status }, JSON.stringify(headers))
  }
  const { again, line } = await asked(part(0, 4))
  t.match(await again({ method: 'HEAD' }), { hit: false })
  line.clock.advance(61_000)
  t.match(await again(), { hit: false }, 'stale')
})

t.test('what the client has, and what no part can have, is answered too', async (t) => {
  const { again } = await asked(part(0, 4))
  const seen = await again(range('bytes=0-9', { 'If-None-Match': '"v1"' }))
  t.match(seen, { status: 304, hit: true, text: '' })
  for (const name of ['content-range', 'range']) t.notOk(seen.fields.has(name), name)
  t.match(await again(range('bytes=10-')), { status: 416, hit: true })
  t.match(await again(range('bytes=0-1', { 'If-Range': '"v1"' })), { status: 206, hit: true })
})

t.test('the parts of one representation make the whole, and that answers everyone', async (t) => {
  const { line, again } = await asked(part(0, 4))
  line.upstream.will(part(7, 9))
  await again(range('bytes=7-9'))
  t.match(await again(range('bytes=0-1,9-9')), { hit: true, status: 206 })
  line.upstream.will(part(4, 7))
  await again(range('bytes=4-7'))
  const whole = await again({})
  t.match(whole, { status: 200, text: BODY, hit: true })
  t.notOk(whole.fields.has('content-range'))
  t.equal(line.memory.stats().entries, 1, 'the parts are in it')
})

t.test('one answer that is all of it is the whole, also without a validator', async (t) => {
  const { again } = await asked(part(0, 9, { ETag: 'none' }), range('bytes=0-'))
  t.match(await again({}), { status: 200, text: BODY, hit: true })
})

t.test('parts of another version, or of none that can be told, are not put together', async (t) => {
  for (const etag of ['"v2"', 'W/"v1"']) {
    const { line, again } = await asked(part(0, 4))
    line.upstream.will(part(5, 9, { ETag: etag }))
    await again(range('bytes=5-9'))
    t.match(await again(range('bytes=5-9')), { hit: true }, etag)
    t.match(await again(range('bytes=0-4')), { hit: false }, etag)
  }
})

t.test('the same range again gets the same, also where the origin gave less', async (t) => {
  const { again } = await asked(part(0, 4), range('bytes=0-'))
  t.match(await again(), { status: 206, text: '01234', hit: true })
  t.match(await again(range('bytes=0-9')), { hit: false })
  const { again: more } = await asked({ ...(part(4, 9) as object), body: '45678' }, range('bytes=-5'))
  t.match(await more(), { status: 206, text: '45678', hit: true }, 'a wrong count of the right bytes')
  t.match(await more(range('bytes=6-8')), { status: 206, text: '678', hit: true })
  t.match(await more(range('bytes=6-9')), { hit: false })
})

t.test('what is no single part of known length, or may not be kept, is not kept', async (t) => {
  const cut = new ScriptedBody().write('01').end()
  const cases: PeerDoes[] = [
    part(0, 4, { 'Content-Range': 'bytes 0-4/*' }),
    part(0, 4, { 'Content-Range': 'bytes 4-0/10' }),
    part(0, 4, { 'Content-Range': 'bytes 0-3/10' }),
    part(0, 4, { 'Cache-Control': 'no-store' }),
    part(0, 4, { 'Set-Cookie': 'a=b' }),
    part(0, 4, { Vary: '*' }),
    { ...(part(0, 4) as object), body: cut },
    { ...(part(0, 4) as object), body: '' },
  ]
  for (const does of cases) {
    const { again, line } = await asked(does)
    t.match(await again(), { hit: false }, JSON.stringify(does))
    t.equal(line.budget.usedBytes, 0)
  }
  const whole = await asked({ ...(part(0, 4) as object), status: 200 })
  t.match(
    await whole.again(range('bytes=0-9')),
    { status: 206, text: '01234', hit: true },
    'a 200 is the whole, whatever its Content-Range says',
  )
  const noRange = await asked(part(0, 4), {})
  t.match(await noRange.again(range('bytes=0-4')), { hit: false }, 'nobody asked for it')
})

t.test('a part under If-Range is only put to others: alone it may lack what describes it', async (t) => {
  const { line, again } = await asked(part(0, 4), range('bytes=0-4', { 'If-Range': '"v1"' }))
  t.match(await again(range('bytes=0-4')), { hit: false })
  line.upstream.will({
    ...(part(5, 9) as object),
    headers: { 'Cache-Control': 'max-age=60', ETag: '"v1"', 'Content-Range': 'bytes 5-9/10' },
  })
  await again(range('bytes=5-9', { 'If-Range': '"v1"' }))
  const whole = await again({})
  t.match(whole, { status: 200, text: BODY, hit: true })
  t.equal(whole.fields.get('content-type'), 'text/plain')
})

t.test('a part that broke off, or a longer one than may be kept, is passed on and forgotten', async (t) => {
  const broken = new ScriptedBody(5).write('01').fail(new Error('gone'))
  const { again } = await asked({ ...(part(0, 4) as object), body: broken })
  t.match(await again(), { hit: false })
  const small = { ...TWO_PEERS, routes: { all: { pool: 'shop', cache: { maxEntryBytes: 1_024 } } } }
  const long = {
    ...(part(0, 4) as object),
    headers: { ...(part(0, 4) as { headers: object }).headers, 'Content-Range': 'bytes 0-1024/9999' },
  }
  const { first, again: more } = await asked({ ...long, body: 'a'.repeat(1_025) } as PeerDoes, range('bytes=0-1024'), small)
  t.equal(first.text.length, 1_025)
  t.match(await more(), { hit: false })
})

t.test('parts are told apart by Vary, and found in a level that takes its time', async (t) => {
  const { again } = await asked(part(0, 4, { Vary: 'Accept' }), range('bytes=0-4', { Accept: 'a' }))
  t.match(await again(range('bytes=0-4', { Accept: 'b' })), { hit: false })
  const store = new MemoryLevel(1_000_000)
  const far: Level = {
    async get(key, request, nowMs, promotion) {
      await settled()
      return store.get(key, request, nowMs, promotion)
    },
    put: async (...args) => store.put(...args),
    delete: async (key) => store.delete(key),
  }
  const line = new Line(TWO_PEERS, { far })
  line.upstream.will(part(0, 4))
  await line.ask(range('bytes=0-4'))
  await settled()
  for (const key of ['http://shop.example/', 'http://shop.example/\0r']) line.memory.delete(key)
  const late = await line.ask(range('bytes=1-2'))
  t.match(late, { status: 206, text: '12', cacheStatus: /hit;ttl=60;detail=L2/ })
  t.equal(line.upstream.sent.length, 1)
})
