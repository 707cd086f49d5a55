import t from 'tap'
import type { Entry } from '../../../edge/cache/entry.ts'
import type { Level } from '../../../edge/cache/level.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { Line, settled, TWO_PEERS } from '../../support/exchange-maker.ts'
import { MemoryRedis } from '../../support/memory-redis.ts'
import { makeEntry } from '../cache/make-entry.ts'

const KEPT = { headers: { 'Cache-Control': 'max-age=60', ETag: '"v1"' }, body: 'page' } as const

/** A line that shares a Redis with other edges, which say what the test tells them to. */
function sharing(says: unknown[], site: object = TWO_PEERS) {
  const redis = new MemoryRedis()
  redis.says.splice(0, 1, ...says)
  let stored: Entry | null = null
  const puts: (() => void)[] = []
  const far: Level = { get: () => stored, put: () => new Promise((resolve) => puts.push(resolve)), delete() {} }
  const line = new Line(site, { redis, far })
  line.upstream.will(KEPT)
  const storeThere = (changes: Partial<Entry> = {}) => {
    const nowMs = line.clock.wallMs()
    const times = { requestedAtMs: nowMs, receivedAtMs: nowMs, keepUntilMs: nowMs + 3_600_000, lifetimeMs: 60_000 }
    stored = makeEntry({ body: Buffer.from('from another edge'), fields: Fields.of({ ETag: '"v1"' }), ...times, ...changes })
  }
  return { line, redis, storeThere, puts }
}

/** Lets time pass in small steps until it is done. */
async function passing<T>(work: Promise<T>, line: Line): Promise<T> {
  let done = false
  const watched = work.finally(() => {
    done = true
  })
  for (let step = 0; step < 2_000 && !done; step++) {
    await settled()
    if (!done) line.clock.advance(10)
  }
  return watched
}

const ended = (redis: MemoryRedis) => redis.puts.map((values) => values.at(-1))

t.test('whose turn it is asks the origin, and says so when Redis has the answer', async (t) => {
  const { line, redis, puts } = sharing([['taken', '1']])
  t.match(await line.ask(), { text: 'page', servedBy: 'origin' })
  await settled()
  t.same(ended(redis), [], 'the others would look too early')
  for (const put of puts) put()
  await settled()
  t.same(ended(redis), ['stored'])
})

t.test('what another edge stored is taken from there, by all who wait here', async (t) => {
  const { line, storeThere } = sharing([
    ['held', '1'],
    ['stored', '1'],
  ])
  const answers = Promise.all([line.ask(), line.ask()])
  await settled()
  storeThere()
  for (const answer of await passing(answers, line)) {
    t.match(answer, { text: 'from another edge', servedBy: 'hit', cacheStatus: 'edge-1;fwd=miss;collapsed' })
  }
  t.equal(line.upstream.sent.length, 0)
  t.match(await line.ask(), { cacheStatus: /;hit;.*detail=L1/ })
})

t.test('what another edge stored and is of no use here is fetched after all', async (t) => {
  for (const changes of [null, { lifetimeMs: 0 }, { noCache: true }]) {
    const { line, redis, storeThere } = sharing([
      ['stored', '7'],
      ['taken', '8'],
    ])
    const asking = line.ask()
    if (changes !== null) storeThere(changes)
    t.match(await passing(asking, line), { text: 'page' })
    t.same(
      redis.asked.map((values) => values.at(-1)),
      [0, 7],
    )
    t.equal(line.upstream.sent.length, 1)
  }
})

t.test('what another edge could not share is fetched by everybody for himself, and waited for by nobody', async (t) => {
  const { line, redis } = sharing([['uncacheable', '1']])
  t.match(await Promise.all([line.ask(), line.ask(), line.ask()]), [{ text: 'page' }, { text: 'page' }, { text: 'page' }])
  t.equal(line.upstream.sent.length, 3)
  t.equal(redis.asked.length, 1)
})

t.test('when another edge failed, who has something stale takes it, and who has not tries once', async (t) => {
  const stale = sharing([['failed', '1']])
  stale.storeThere({ lifetimeMs: 0 })
  t.match(await stale.line.ask(), { text: 'from another edge', servedBy: 'stale' })
  t.equal(stale.line.upstream.sent.length, 0)

  const bare = sharing([
    ['failed', '1'],
    ['taken', '2'],
  ])
  t.match(await bare.line.ask(), { text: 'page', servedBy: 'origin' })
})

t.test('a fetch that fails is told to the others', async (t) => {
  for (const does of [{ status: 500 }, { status: 403 }, { fault: 'UPSTREAM_CONNECT' }] as const) {
    const { line, redis } = sharing([['taken', '1']])
    line.upstream.will(does)
    await line.ask()
    await settled()
    t.same(ended(redis), ['failed'])
  }
  const { line, redis } = sharing([['taken', '1']])
  line.upstream.will({ headers: { 'Cache-Control': 'private' } })
  await line.ask()
  await settled()
  t.same(ended(redis), ['uncacheable'])
})

t.test('an edge that waits in vain has one more try, and then says so', async (t) => {
  const { line } = sharing([['held', '1']])
  t.match(await passing(line.ask(), line), { status: 503, logged: { fault: 'FILL_FAILED' } })
  t.equal(line.upstream.sent.length, 0)
  t.ok(line.clock.monotonicMs() >= 10_000)
})

t.test('a refresh behind a stale answer is left out where another edge has made it', async (t) => {
  const { line, storeThere } = sharing([
    ['held', '1'],
    ['stored', '1'],
  ])
  storeThere({ lifetimeMs: 1_000, fields: Fields.of({ 'Cache-Control': 'max-age=1, stale-while-revalidate=60' }) })
  line.clock.advance(2_000)
  t.match(await line.ask(), { text: 'from another edge', servedBy: 'stale' })
  storeThere()
  const joined = () => line.metrics.value('weir_cache_refreshes_total', ['joined'])
  for (let step = 0; step < 20 && joined() !== 1; step++) {
    await settled()
    line.clock.advance(10)
  }
  t.equal(joined(), 1)
  t.equal(line.upstream.sent.length, 0)
  t.match(await line.ask(), { servedBy: 'hit' })
})

t.test('without Redis, or by its rule, an edge asks nobody', async (t) => {
  const away = sharing([])
  away.redis.failure = { ok: false, why: 'away' }
  t.match(await away.line.ask(), { text: 'page', servedBy: 'origin' })
  const own = sharing([], { ...TWO_PEERS, routes: { all: { pool: 'shop', cache: { coalesceAcross: 'edge' } } } })
  t.match(await own.line.ask(), { text: 'page', servedBy: 'origin' })
  t.same(own.redis.asked, [])
})
