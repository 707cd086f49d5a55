import t from 'tap'
import { parseContentRange } from '../../../edge/http/content-range.ts'
import { parseRange, resolveRanges } from '../../../edge/http/range.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { BROWSER } from '../../support/exchange-maker.ts'
import { rawExchange, request } from '../../support/http-client.ts'
import { type OriginAnswer, type OriginRequest, startOrigin } from '../../support/origin.ts'
import { startRedis } from '../../support/redis.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { until } from '../../support/until.ts'

const random = new SeededRandom(206)
const FILM = Buffer.from(Array.from({ length: 300_000 }, () => random.integer(0, 255)))
const HEADERS = { 'cache-control': 'max-age=600', etag: '"film"', 'content-type': 'video/mp4' }

/** An origin that gives one range, as most servers do. */
function film({ method, headers }: OriginRequest): OriginAnswer {
  if (method === 'POST') return { status: 204 }
  const specs = parseRange(headers.range ?? '')
  const span = specs === null || specs === 'other-unit' ? undefined : resolveRanges(specs, FILM.length)[0]
  if (span === undefined) return { headers: HEADERS, body: FILM }
  const { first, last } = span
  return {
    status: 206,
    headers: { ...HEADERS, 'content-range': `bytes ${first}-${last}/${FILM.length}` },
    body: FILM.subarray(first, last + 1),
  }
}

async function ask(edge: TestEdge, range: string | null, path = '/film', method = 'GET') {
  const headers = { host: 'films.example', 'user-agent': BROWSER, ...(range === null ? {} : { range }) }
  const { status, headers: got, body } = await request({ port: edge.port, path, method, headers })
  return { status, body, range: got['content-range'], cacheStatus: String(got['cache-status']), type: String(got['content-type']) }
}
/** What one edge stores another finds a moment later. */
const KEPT = { what: 'what was fetched to be kept', deadlineMs: 30_000 }
const isHit = ({ cacheStatus }: { cacheStatus: string }) => cacheStatus.includes(';hit')

/** Two edges that keep all they know in one Redis, or one that keeps it in memory. */
async function startEdges(t: Parameters<typeof startEdge>[0], at: 'redis' | 'memory') {
  const origin = await startOrigin(t, film)
  const site = {
    pools: { films: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
    routes: { whole: { path: '/whole/*', pool: 'films', cache: { rangeMiss: 'whole' } }, all: { path: '/*', pool: 'films' } },
  }
  if (at === 'memory') {
    const edge = await startEdge(t, { site })
    return { origin, one: edge, two: edge }
  }
  const redis = { url: (await startRedis(t)).url, lookupTimeoutMs: 5_000 }
  const start = (edgeId: string) => startEdge(t, { site, redis, edgeId, bootstrap: { l1MaxBytes: 0 } })
  return { origin, one: await start('edge-1'), two: await start('edge-2') }
}

for (const at of ['memory', 'redis'] as const) {
  t.test(`parts that viewers seek become the film for all, in ${at}`, async (t) => {
    const { origin, one, two } = await startEdges(t, at)
    const parts = ['bytes=0-99999', 'bytes=250000-', 'bytes=100000-199999', 'bytes=150000-260000']
    for (const [at, range] of parts.entries()) {
      const edge = at % 2 === 0 ? one : two
      const { status, body, range: got } = await ask(edge, range)
      const { first, last } = parseContentRange(got ?? '')!
      t.equal(status, 206, range)
      t.ok(body.equals(FILM.subarray(first, last + 1)), range)
      if (at < parts.length - 1) await until(async () => isHit(await ask(at % 2 === 0 ? two : one, range)), KEPT)
    }
    await until(async () => isHit(await ask(two, null)), KEPT)
    const asked = origin.requests.length
    const whole = await ask(one, null)
    t.match(whole, { status: 200, range: undefined })
    t.ok(whole.body.equals(FILM), 'every byte of it')
    t.match(await ask(one, 'bytes=-1'), { status: 206, range: 'bytes 299999-299999/300000' })
    t.equal(origin.requests.length, asked, 'without the origin')
  })
}

t.test('what is written to is not given in parts of what it was', async (t) => {
  const { one } = await startEdges(t, 'memory')
  await ask(one, 'bytes=0-9')
  t.ok(isHit(await ask(one, 'bytes=0-9')))
  await ask(one, null, '/film', 'POST')
  t.notOk(isHit(await ask(one, 'bytes=0-9')))
})

t.test('of what is fetched whole the first client gets its part, and everyone after it', async (t) => {
  const { origin, one } = await startEdges(t, 'memory')
  const answers = await Promise.all([3, 2, 1].map((first) => ask(one, `bytes=${first}-${first + 4}`, '/whole/film')))
  for (const [i, { status, body }] of answers.entries()) {
    t.equal(status, 206)
    t.ok(body.equals(FILM.subarray(3 - i, 8 - i)))
  }
  t.equal(origin.requests.length, 1)
  t.equal(origin.requests[0]!.headers.range, undefined)
  t.ok(isHit(await ask(one, 'bytes=0-', '/whole/film')))
})

t.test('ranges made to hurt cost no more than the film, here and at its origin', async (t) => {
  const { origin, one } = await startEdges(t, 'memory')
  const hostile = [
    `bytes=${Array.from({ length: 1_000 }, (_, i) => `${i}-`).join(',')}`,
    `bytes=${Array.from({ length: 32 }, () => '0-').join(',')}`,
    `bytes=${Array.from({ length: 32 }, (_, i) => `${i}-299999`).join(',')}`,
    'bytes=1000000000000000000-9000000000000000000',
    'bytes=-1000000000000000000',
    'bytes=--1',
    'bytes= 0 - 1',
    `bytes=${','.repeat(4_000)}0-0`,
  ]
  for (const range of hostile) {
    const { status, body } = await ask(one, range, '/hostile')
    t.ok([200, 206, 416].includes(status), `${status} to ${range.slice(0, 40)}`)
    t.ok(body.length <= FILM.length)
  }
  t.ok(origin.requests.length < hostile.length, 'most of it never reached the origin')
  t.ok(origin.requests.every(({ headers }) => !headers.range?.includes('0-,')))
  const lines = 'GET /hostile HTTP/1.1\r\nHost: films.example\r\nConnection: close\r\nRange: bytes=0-0\r\nRange: bytes=1-1\r\n\r\n'
  t.match((await rawExchange(one.port, lines, 10_000)).toString('latin1', 0, 15), 'HTTP/1.1 200 OK')
  const several = await ask(one, `bytes=${Array.from({ length: 32 }, (_, i) => `${i * 9_000}-${i * 9_000 + 8_000}`).join(',')}`, '/hostile')
  t.match(several, { status: 206, type: /^multipart\/byteranges; boundary=[0-9a-f]{32}$/ })
  const boundary = several.type.split('=')[1]!
  t.equal(several.body.toString('latin1').split(`--${boundary}\r\n`).length, 33)
  t.ok(several.body.includes(FILM.subarray(31 * 9_000, 31 * 9_000 + 8_001)))
})
