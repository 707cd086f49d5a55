import t from 'tap'
import type { MirrorReading } from '../../../edge/contract/mirror-reading.ts'
import { startEdge } from '../../support/edge.ts'
import { request } from '../../support/http-client.ts'
import { type OriginScript, startOrigin } from '../../support/origin.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'

const REQUESTS = 300
const AT_ONCE = 16

async function mirrored(t: Scope, mirror: object, next: OriginScript, workers = 1) {
  const [origin, test] = [await startOrigin(t, ({ target }) => ({ body: `page ${target}` })), await startOrigin(t, next)]
  const peers = (port: number) => ({ peers: [{ address: `127.0.0.1:${port}` }] })
  const edge = await startEdge(t, {
    workers,
    site: {
      pools: { shop: peers(origin.port), next: { ...peers(test.port), tries: 1 } },
      routes: { all: { pool: 'shop', cache: { store: 'off' }, mirror: { pool: 'next', ...mirror } } },
    },
  })
  const adminPort = Number(/admin on http:\/\/\S+:(\d+)/.exec(edge.output)![1])
  const reading = async () => {
    const { text } = await request({ port: adminPort, path: '/debug/mirrors' })
    return (JSON.parse(text) as { mirrors: MirrorReading[] }).mirrors[0]!
  }
  const readOnce = async (done: (reading: MirrorReading) => boolean, what: string): Promise<MirrorReading> => {
    let read = await reading()
    const look = async () => {
      read = await reading()
      return done(read)
    }
    await until(look, { what, deadlineMs: 30_000 })
    return read
  }
  const crowd = async (count: number) => {
    const statuses = new Map<number, number>()
    let next = 0
    const visitor = async () => {
      while (next < count) {
        const path = `/p/${next++}`
        const { status, text } = await request({ port: edge.port, path })
        if (text !== `page ${path}`) throw new Error(`${path} answered ${status} ${text}`)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, visitor))
    return Object.fromEntries(statuses)
  }
  return { origin, test, edge, readOnce, crowd }
}

const sent = ({ outcomes }: MirrorReading) => outcomes.same + outcomes.different + outcomes.uncompared + outcomes.failed
const told = ({ outcomes }: MirrorReading) => Object.values(outcomes).reduce((sum, count) => sum + count, 0)

t.test('the mirror gets the part that was asked for, marked, and clients get what they always got', async (t) => {
  const { test, origin, readOnce, crowd, edge } = await mirrored(
    t,
    { sample: 0.25, times: 2, maxInFlight: 1_000, compare: {} },
    ({ target }) => ({
      body: `page ${target}`,
    }),
  )
  t.same(await crowd(REQUESTS), { 200: REQUESTS })
  t.equal(origin.count(), REQUESTS)
  const read = await readOnce(({ inFlight }) => inFlight === 0, 'copies to end')
  const copies = sent(read)
  // 300 draws of one in four are 28 at most, or 126 at least, once in ten thousand million times.
  t.ok(copies > 2 * 28 && copies < 2 * 126, `${copies} copies of ${REQUESTS} requests`)
  t.equal(test.count(), copies)
  t.ok(test.requests.every(({ headers }) => headers['x-weir-mirror'] === '1' && headers['cdn-loop'] !== undefined))
  t.notOk(origin.requests.some(({ headers }) => 'x-weir-mirror' in headers))
  t.match(read.outcomes, { same: copies / 2, uncompared: copies / 2, different: 0, failed: 0 })
  t.equal(await edge.metric('weir_mirror_total', { route: 'all', outcome: 'same' }), copies / 2)
})

for (const [what, script] of [
  ['stalls', () => new Promise<undefined>(() => {})],
  ['resets', (_request, response) => void response.destroy()],
  [
    'trickles',
    (_request, response) => {
      response.write('p')
      return undefined
    },
  ],
] as const satisfies readonly (readonly [string, OriginScript])[]) {
  t.test(`a mirror that ${what} is nothing to clients, and leaves nothing behind`, async (t) => {
    const { readOnce, crowd, edge } = await mirrored(t, { sample: 1, maxInFlight: 20, timeoutMs: 300, compare: {} }, script)
    t.same(await crowd(REQUESTS), { 200: REQUESTS })
    const read = await readOnce(({ inFlight }) => inFlight === 0, 'copies to end')
    t.equal(told(read), REQUESTS, 'each copy is accounted for')
    t.equal(read.outcomes.failed + read.outcomes['dropped-full'], REQUESTS)
    await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'nothing to be under way' })
    await until(async () => (await edge.metric('weir_buffered_bytes')) === 0, { what: 'nothing to be held' })
    t.equal(await edge.metric('weir_requests_total', { status: '2xx' }), REQUESTS)
  })
}

t.test('an origin that answers otherwise is reported, with examples, over all workers', async (t) => {
  const { readOnce, crowd } = await mirrored(
    t,
    { sample: 1, maxInFlight: 1_000, compare: { body: 'digest' } },
    ({ target }) => {
      if (target.endsWith('1')) return { status: 500 }
      return { body: target.endsWith('2') ? `PAGE ${target}` : target.endsWith('3') ? `page ${target}!` : `page ${target}` }
    },
    2,
  )
  await crowd(200)
  const read = await readOnce((now) => told(now) === 200, 'every copy to be compared')
  t.match(read.outcomes, { same: 140, different: 60, failed: 0 })
  t.same(read.differences, { status: 20, length: 20, field: 0, body: 40 })
  t.equal(read.examples.length, 20)
  for (const { target, differences } of read.examples) {
    const kinds = differences.map(({ kind }) => kind)
    t.same(kinds, target.endsWith('1') ? ['status'] : target.endsWith('2') ? ['body'] : ['length', 'body'])
  }
})
