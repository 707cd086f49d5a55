import t from 'tap'
import { handle } from '../../../edge/pipeline/handle.ts'
import { type Asking, Line, settled } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import type { PeerDoes, SentRequest } from '../../support/scripted-upstream.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

/** An origin with items, one by one and in bulk. */
function items({ target }: SentRequest): PeerDoes {
  const ids = target.startsWith('/items?ids=') ? target.slice(11).split(',').map(decodeURIComponent) : null
  if (ids === null) return { headers: { ETag: `"${target}"`, ...JSON_TYPE }, body: `"alone ${target}"` }
  const found = ids.filter((id) => !id.startsWith('no')).map((id) => ({ id, from: 'bulk' }))
  return { headers: { ETag: '"bulk"', 'Last-Modified': 'Sun, 06 Nov 1994 08:49:37 GMT', ...JSON_TYPE }, body: JSON.stringify(found) }
}

function batched(batch: object = {}, { route = {}, pool = {} }: { route?: object; pool?: object } = {}) {
  const item = { path: '/item/{id}', pool: 'shop', cache: { store: 'off' }, batch: { target: '/items?ids={ids}', ...batch }, ...route }
  const line = new Line({ pools: { shop: { peers: [{ address: '127.0.0.1:1' }], tries: 1, ...pool } }, routes: { item } })
  line.upstream.will(items)
  const begin = (asking: Asking | string) => {
    const x = line.exchange(typeof asking === 'string' ? { target: `/item/${asking}` } : { target: '/item/1', ...asking })
    return { x, done: handle(x) }
  }
  /** Asks for all within one window. */
  const ask = async (...askings: (Asking | string)[]) => {
    const begun = askings.map(begin)
    for (let i = 0; i < 5; i++) await settled()
    line.clock.advance(5)
    await Promise.all(begun.map(({ done }) => done))
    return begun.map(({ x }) => line.told(x))
  }
  const targets = () => line.upstream.sent.map(({ target }) => target)
  const outcome = (name: string) => line.metrics.value('weir_batches_total', ['item', name])
  return { line, ask, begin, targets, outcome }
}

t.test('items within the window are one request, and each client gets its own', async (t) => {
  const { line, ask, targets, outcome } = batched()
  const answers = await ask('1', 'b%2F%26c', '1')
  t.same(targets(), ['/items?ids=1,b%2F%26c'])
  t.same(
    answers.map(({ text }) => text),
    ['{"id":"1","from":"bulk"}', '{"id":"b/&c","from":"bulk"}', '{"id":"1","from":"bulk"}'],
  )
  t.match(answers[0], { status: 200, servedBy: 'origin', logged: { batched: 2, peer: '127.0.0.1:1', tries: 1, pool: 'shop' } })
  for (const name of ['etag', 'last-modified']) t.notOk(answers[0]!.fields.has(name), name)
  t.equal(answers[0]!.fields.get('content-type'), 'application/json')
  t.equal(outcome('split'), 1)
  t.equal(line.metrics.value('weir_batched_requests_total', ['item']), 3)
  t.equal(line.atPeers, 0)
  t.equal(line.budget.usedBytes, 0)
})

t.test('a bulk request has what all its requests have alike, and names no client', async (t) => {
  const { line, ask } = batched()
  const headers = { Accept: 'application/json', 'X-Own': 'a', 'Accept-Encoding': 'br' }
  await ask({ headers, from: '198.51.100.1' }, { headers, target: '/item/2', from: '198.51.100.2' })
  const { fields } = line.upstream.sent[0]!
  t.equal(fields.get('accept'), 'application/json')
  t.equal(fields.get('accept-encoding'), 'identity')
  t.equal(fields.get('x-forwarded-host'), 'shop.example')
  t.match(fields.get('cdn-loop'), /edge-1/)
  for (const name of ['x-forwarded-for', 'forwarded', 'user-agent', 'x-own']) t.notOk(fields.has(name), name)
})

t.test('one alone in its window goes as it came', async (t) => {
  const { ask, targets, outcome, line } = batched()
  const [answer] = await ask({ headers: { 'X-Own': 'a' } })
  t.same(targets(), ['/item/1'])
  t.equal(line.upstream.sent[0]!.fields.get('x-own'), 'a')
  t.equal(answer!.fields.get('etag'), '"/item/1"')
  t.equal(outcome('alone'), 1)
})

t.test('requests that are not alike, or want something of their own, do not go together', async (t) => {
  const other = { target: '/item/2' }
  const alone: Asking[] = [
    { headers: { Accept: 'text/html' } },
    { headers: { Host: 'other.example' } },
    { headers: { Cookie: 'a=b' } },
    { headers: { Authorization: 'Bearer a' } },
    { headers: { 'X-Api-Key': 'a' } },
    { headers: { Range: 'bytes=0-1' } },
    { headers: { 'X-Method': 'DELETE' } },
    { headers: { 'If-None-Match': '"a"' } },
    { headers: { 'Cache-Control': 'no-cache' } },
    { target: '/item/1?a=b' },
    { target: '/item/1%2C3' },
    { target: '/item/%FF' },
    { method: 'HEAD' },
    { method: 'DELETE' },
  ]
  for (const asking of alone) {
    const { ask, targets } = batched()
    await ask(asking, other)
    t.same(new Set(targets()), new Set([asking.target ?? '/item/1', '/item/2']), JSON.stringify(asking))
  }
  for (const pool of [{ peersAre: 'edges' }, { deadlineField: 'X-Deadline' }]) {
    const { ask, targets } = batched({}, { pool })
    await ask({ headers: { 'X-Deadline': '900' } }, other)
    t.same(targets(), ['/item/1', '/item/2'], JSON.stringify(pool))
  }
})

t.test('an item that the bulk answer has not is asked for alone', async (t) => {
  const { ask, targets, outcome } = batched()
  const answers = await ask('1', 'no-2', '3')
  t.same(targets(), ['/items?ids=1,no-2,3', '/item/no-2'])
  t.equal(answers[1]!.text, '"alone /item/no-2"')
  t.equal(outcome('partial'), 1)
})

t.test('items that nobody has keep nobody else from being collected', async (t) => {
  const { ask, targets, outcome } = batched()
  await ask('no-1', 'no-2')
  await ask('3', '4')
  t.same(targets(), ['/items?ids=no-1,no-2', '/item/no-1', '/item/no-2', '/items?ids=3,4'])
  t.equal(outcome('partial'), 1)
})

t.test('whatever is wrong with a bulk answer, clients get theirs, and for a second nothing is collected', async (t) => {
  const good = '[{"id":1},{"id":2}]'
  const wrong: Record<string, PeerDoes> = {
    'a failure': { status: 500, headers: JSON_TYPE, body: good },
    'another status': { status: 203, headers: JSON_TYPE, body: good },
    'another type': { headers: { 'Content-Type': 'text/html' }, body: good },
    'a cookie': { headers: { ...JSON_TYPE, 'Set-Cookie': 'a=b' }, body: good },
    'a coding': { headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, body: good },
    'one client': { headers: { ...JSON_TYPE, 'Cache-Control': 'private' }, body: good },
    'what it varies by': { headers: { ...JSON_TYPE, Vary: 'X-Own' }, body: good },
    'any variant': { headers: { ...JSON_TYPE, Vary: '*' }, body: good },
    'its length': { headers: { ...JSON_TYPE, 'Content-Length': '2000' }, body: good },
    'what it is really long': { headers: JSON_TYPE, body: good.padEnd(2_000) },
    'its text': { headers: JSON_TYPE, body: '[{"id":1},' },
    'no items': { headers: JSON_TYPE, body: '"no"' },
    'a reset': { fault: 'UPSTREAM_RESET' },
  }
  for (const [what, does] of Object.entries(wrong)) {
    const { line, ask, targets, outcome } = batched({ maxBytes: 1_024 })
    line.upstream.will(does, items)
    const answers = await ask('1', '2')
    t.same(
      answers.map(({ status, text }) => [status, text]),
      [
        [200, '"alone /item/1"'],
        [200, '"alone /item/2"'],
      ],
      what,
    )
    t.equal((outcome('refused') ?? 0) + (outcome('failed') ?? 0), 1, what)
    t.equal(line.atPeers, 0, what)
    t.equal(line.budget.usedBytes, 0, what)
    await ask('3', '4')
    t.same(targets().slice(3), ['/item/3', '/item/4'], what)
    line.clock.advance(1_000)
    await ask('5', '6')
    t.same(targets().slice(5), ['/items?ids=5,6'], what)
  }
})

t.test('a bulk request that takes too long is given up, head or body', async (t) => {
  const stalls: PeerDoes[] = ['silence', { headers: JSON_TYPE, body: new ScriptedBody(null) }]
  for (const does of stalls) {
    const { line, begin } = batched({ timeoutMs: 300 })
    line.upstream.will(does, items)
    const begun = [begin('1'), begin('2')]
    for (const ms of [5, 299, 1]) {
      for (let i = 0; i < 5; i++) await settled()
      t.equal(line.upstream.sent.length, ms === 5 ? 0 : 1)
      line.clock.advance(ms)
    }
    await Promise.all(begun.map(({ done }) => done))
    t.same(
      begun.map(({ x }) => line.told(x).text),
      ['"alone /item/1"', '"alone /item/2"'],
    )
    t.equal(line.atPeers, 0)
  }
})

t.test('a client that leaves takes only its own item away; when all have left, the request is broken off', async (t) => {
  const { line, begin, targets, outcome } = batched()
  const early = [begin('1'), begin('2'), begin('3')]
  await settled()
  early[0]!.x.wanted.abort()
  line.clock.advance(5)
  await Promise.all(early.map(({ done }) => done))
  t.same(targets(), ['/items?ids=2,3'])
  line.upstream.will('silence')
  const late = [begin('4'), begin('5')]
  await settled()
  line.clock.advance(5)
  for (let i = 0; i < 5; i++) await settled()
  t.equal(line.atPeers, 1)
  late[0]!.x.wanted.abort()
  for (let i = 0; i < 5; i++) await settled()
  t.equal(line.atPeers, 1)
  late[1]!.x.wanted.abort()
  await Promise.all(late.map(({ done }) => done))
  for (let i = 0; i < 5; i++) await settled()
  t.equal(line.atPeers, 0)
  t.equal(outcome('gone'), 1)
  line.upstream.will(items)
  const next = [begin('6'), begin('7')]
  await settled()
  line.clock.advance(5)
  await Promise.all(next.map(({ done }) => done))
  t.equal(targets().at(-1), '/items?ids=6,7', 'nothing was wrong with the origin')
})

t.test('each part is kept as if it had been fetched alone, with the labels of the whole', async (t) => {
  const { line, ask, targets } = batched({}, { route: { cache: {} } })
  const headers = { ...JSON_TYPE, 'Cache-Control': 'max-age=60', 'Surrogate-Key': 'list' }
  line.upstream.will({ headers, body: '[{"id":1},{"id":2}]' }, items)
  await ask('1', '2')
  const [hit] = await ask('2')
  t.match(hit, { servedBy: 'hit', text: '{"id":2}' })
  t.same(targets(), ['/items?ids=1,2'])
  line.fence.purgeHere([{ by: 'tag', tag: 'list', mode: 'hard', againAfterMs: 0 }], line.clock.wallMs())
  await ask('2')
  t.same(targets(), ['/items?ids=1,2', '/item/2'])
})

t.test('a window that is full goes at once', async (t) => {
  const { line, begin, targets } = batched({ maxItems: 2 })
  const begun = [begin('1'), begin('2')]
  await Promise.all(begun.map(({ done }) => done))
  t.same(targets(), ['/items?ids=1,2'])
  t.equal(line.tools.batches.open, 0)
})
