// Whatever happens at whatever stage, an exchange gets one answer and one line in the access log, and leaves nothing behind:
// no request in flight, no flight that others wait on, no body that nobody opened, no listener that is not called.

import t from 'tap'
import type { Level } from '../../edge/cache/level.ts'
import { handle } from '../../edge/pipeline/handle.ts'
import { type Asking, Line, type MadeExchange, settled } from '../support/exchange-maker.ts'
import { ScriptedBody } from '../support/scripted-body.ts'
import type { PeerDoes } from '../support/scripted-upstream.ts'
import { SeededRandom } from '../support/seeded-random.ts'

const RUNS = 400
const EXCHANGES = 12
const FAULTS = ['UPSTREAM_CONNECT', 'UPSTREAM_RESET', 'UPSTREAM_TIMEOUT', 'UPSTREAM_BUSY', 'UPSTREAM_INVALID'] as const

const SITE = {
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }, { address: '127.0.0.1:2' }], totalTimeoutMs: 3_000 } },
  limits: { some: { rate: '6/s' } },
  fallbacks: { resting: { body: 'resting' } },
  routes: {
    all: { pool: 'shop', maxBodyBytes: 8, cache: { maxEntryBytes: 1_024, coalesceTimeoutMs: 2_000 } },
    limited: { path: '/limited', pool: 'shop', limits: ['some'], degrade: { fallback: 'resting' } },
    read: { path: '/read', methods: ['GET'], pool: 'shop' },
    closed: { path: '/closed', pool: 'shop', degrade: { crawlers: 'closed' } },
  },
}

/** The same with a door before the pool, narrow enough to be shut in most runs. */
const GUARDED = {
  ...SITE,
  pools: {
    shop: {
      ...SITE.pools.shop,
      breaker: { consecutiveFailures: 1, openMs: 500, maxOpenMs: 500 },
      bulkhead: { maxInFlight: 3, queue: { max: 4, timeoutMs: 1_500 }, adaptive: { floor: 2 } },
    },
  },
}

const ANSWERS = [
  { 'Cache-Control': 'max-age=5', ETag: '"v1"' },
  { 'Cache-Control': 'max-age=0', ETag: '"v1"' },
  { 'Cache-Control': 'no-cache', ETag: '"v2"' },
  { 'Cache-Control': 'private' },
  { 'Cache-Control': 'max-age=5', Vary: 'Accept' },
  {},
]

function peerDoes(random: SeededRandom, bodies: ScriptedBody[]): PeerDoes {
  const kind = random.integer(0, 9)
  const request = random.pick(['ignored', 'read'] as const)
  if (kind === 0) return { fault: random.pick(FAULTS), request }
  if (kind === 1) return 'silence'
  if (kind === 2) return { throws: new TypeError('a fault of ours') }
  const body = random.next() < 0.5 ? ScriptedBody.of('page') : new ScriptedBody()
  bodies.push(body)
  const status = random.pick([200, 200, 200, 204, 206, 301, 304, 404, 500, 503])
  return { status, headers: random.pick(ANSWERS), body, request }
}

function asking(random: SeededRandom, bodies: ScriptedBody[]): Asking {
  const headers: Record<string, string> = {}
  if (random.next() < 0.3) headers['If-None-Match'] = random.pick(['"v1"', '"v2"', '*'])
  if (random.next() < 0.2) headers['Cache-Control'] = random.pick(['no-cache', 'only-if-cached', 'max-stale', 'max-age=0'])
  if (random.next() < 0.2) headers.Accept = random.pick(['a', 'b'])
  if (random.next() < 0.1) headers.Range = 'bytes=0-1'
  if (random.next() < 0.1) headers['CDN-Loop'] = random.pick(['edge-1', 'a b', 'other'])
  if (random.next() < 0.1) headers['User-Agent'] = 'Googlebot/2.1'
  if (random.next() < 0.05) headers.Host = 'not valid'
  const method = random.pick(['GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'CONNECT'])
  const target = random.pick(['/', '/', '/', '/limited', '/read', '/closed', '*', '/%00'])
  if (method !== 'POST' && method !== 'PUT') return { method, target, headers }
  const body = random.pick([ScriptedBody.of('order'), ScriptedBody.of('too long a body'), new ScriptedBody(), new ScriptedBody(99)])
  bodies.push(body)
  return { method, target, headers, body }
}

/** A level that is slow, empty, or breaks its promise never to fail. */
function farLevel(random: SeededRandom): Level | undefined {
  const kind = random.integer(0, 3)
  if (kind === 0) return undefined
  if (kind === 1)
    return { get: () => Promise.reject(new Error('a fault of ours')), put: () => Promise.reject(new Error('ours')), delete() {} }
  return { get: async () => null, put: async () => {}, delete: async () => {} }
}

/** Lets bodies go on, clients leave and time pass, in any order, until all is over. */
async function live(line: Line, exchanges: readonly MadeExchange[], bodies: readonly ScriptedBody[], random: SeededRandom) {
  for (let step = 0; step < 30; step++) {
    const body = bodies.length === 0 ? null : random.pick(bodies)
    const kind = random.integer(0, 5)
    if (kind === 0) body?.write(random.pick(['a', 'b'.repeat(2_000)]))
    if (kind === 1) body?.end()
    if (kind === 2) body?.fail(new Error('reset'))
    if (kind === 3) random.pick(exchanges).wanted.abort()
    if (kind === 4) line.clock.advance(random.integer(1, 1_500))
    if (random.next() < 0.5) await settled()
  }
  // The deadlines of the wire end what still stalls: here, the test does.
  for (let round = 0; round < 8; round++) {
    await line.clock.advanceAsync(4_000)
    for (const body of bodies) body.end()
    await settled()
  }
}

/** What is left at the door of the pool; a slot that is lost is lost for good. */
function doorFaults(line: Line): string[] {
  const door = line.snapshot.pools.get('shop')!.door
  if (door === null) return []
  const { inUse, waiting } = door.bulkhead!.of.row
  const breaker = door.breaker!.breaker.state(line.clock.monotonicMs())
  const gauges = ['weir_pool_in_flight', 'weir_pool_queued'] as const
  return [
    inUse === 0 ? '' : `${inUse} slots are lost`,
    waiting === 0 ? '' : `${waiting} are left in the queue`,
    breaker.state === 'half-open' && breaker.out > 0 ? 'a probe has not reported' : '',
    ...gauges.map((name) => (line.metrics.value(name, ['shop']) === 0 ? '' : `${name} is not 0`)),
  ]
}

t.test('every exchange ends once and leaves nothing, whatever happens', async (t) => {
  const seen = new Set<unknown>()
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = new SeededRandom(seed)
    const far = farLevel(random)
    const line = new Line(seed % 2 === 0 ? GUARDED : SITE, far === undefined ? {} : { far })
    const bodies: ScriptedBody[] = []
    line.upstream.will(() => peerDoes(random, bodies))
    const exchanges = Array.from({ length: EXCHANGES }, () => line.exchange(asking(random, bodies)))
    const ending = exchanges.map((x) => handle(x))
    await live(line, exchanges, bodies, random)
    let over = false
    const all = Promise.all(ending).then(() => {
      over = true
    })
    await settled()
    const faults = [
      over ? '' : 'an exchange did not end',
      exchanges.every((x) => x.reply.answers.length === 1) ? '' : 'an exchange was not answered once',
      exchanges.every((x) => line.accessLog.lines.filter((one) => one.id === x.id).length === 1) ? '' : 'an exchange was not logged once',
      line.metrics.value('weir_requests_in_flight') === 0 ? '' : 'requests are left in flight',
      ...doorFaults(line),
      line.atPeers === 0 ? '' : `${line.atPeers} requests are left at peers`,
      line.tools.flights.size === 0 ? '' : 'a flight is left open',
      line.upstream.bodies.every((body) => body.over) ? '' : 'the body of an answer was never opened',
    ].filter(Boolean)
    if (faults.length > 0) {
      t.fail(`seed ${seed}: ${faults.join('; ')}`)
      return
    }
    await all
    for (const { fault } of line.accessLog.lines) seen.add(fault)
  }
  for (const code of ['POOL_OPEN', 'POOL_BUSY']) t.ok(seen.has(code), `${code} was among them`)
  t.pass(`${RUNS} runs of ${EXCHANGES} exchanges`)
})
