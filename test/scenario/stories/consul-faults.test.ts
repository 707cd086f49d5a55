// A Consul that answers nonsense in every way there is, in front of a real one: no endpoint is lost, no request fails, and what has
// changed meanwhile is known as soon as it makes sense again.

import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import type { ServiceReport } from '../../../control/domain/endpoint-source.ts'
import { startConsul } from '../../support/consul.ts'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import { request } from '../../support/http-client.ts'
import { runWhile } from '../../support/load.ts'
import { type OriginAnswer, startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visitors } from '../../support/visit.ts'

const JSON_FIELDS = {
  'content-type': 'application/json',
  'x-consul-index': '5',
  'x-consul-knownleader': 'true',
  'x-consul-lastcontact': '0',
}
const INSTANCE = '[{"Service":{"Address":"127.0.0.1","Port":1}}]'

/** Breaks an answer off in the middle. */
function cutOff(_target: string, response: ServerResponse): undefined {
  response.writeHead(200, { ...JSON_FIELDS, 'content-length': String(INSTANCE.length * 2) })
  response.write(INSTANCE, () => response.destroy())
}

type Fault = (target: string, response: ServerResponse) => OriginAnswer | undefined | Promise<OriginAnswer | undefined>
const FAULTS: Readonly<Record<string, Fault>> = {
  'a leader that was lost (500)': () => ({ status: 500, body: 'No cluster leader', headers: { 'content-type': 'text/plain' } }),
  'a server that has not heard of its leader for a minute': () => ({
    headers: { ...JSON_FIELDS, 'x-consul-lastcontact': '60000' },
    body: '[]',
  }),
  garbage: () => ({ headers: JSON_FIELDS, body: '\u0000\ufffd<html>' }),
  'JSON that ends too early': () => ({ headers: JSON_FIELDS, body: INSTANCE.slice(0, -9) }),
  'an answer that is cut off': cutOff,
  'an empty list': () => ({ headers: JSON_FIELDS, body: '[]' }),
}

const consul = await startConsul(t)
const front = await startOrigin(t)
const state = { fault: null as Fault | null, backwards: false }
let asked = 0
front.on('*', async ({ target }, response) => {
  asked++
  const before = state.fault
  if (before) return before(target, response)
  const { status, headers, text } = await request({ port: consul.port, path: target })
  const answer = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-consul') || name === 'content-type'))
  // What waited when a fault began ends with it, as it would on a connection that is lost.
  const after = state.fault as Fault | null
  if (after) return after(target, response)
  return { status, headers: { ...answer, ...(state.backwards ? { 'x-consul-index': '2' } : {}) } as Record<string, string>, body: text }
})
const begin = (fault: Fault | null) => {
  state.fault = fault
  // Questions that wait for a change hear of nothing else; a change of the service is what ends their wait.
  return consul.register({ id: 'nudge', name: 'shop', port: origins[0]!.port, meta: { nudge: String(asked) } })
}

const origins = await Promise.all(['a', 'b', 'c', 'd'].map((body) => startOrigin(t, { body, headers: { 'cache-control': 'no-store' } })))
const register = (index: number) => consul.register({ id: `shop-${index}`, name: 'shop', port: origins[index]!.port })
for (const index of [0, 1, 2]) await register(index)
const control = await startControl(t, {
  consul: { url: front.url, waitMs: 2_000 },
  site: { pools: { shop: { discover: { service: 'shop' } } }, routes: { pages: { pool: 'shop' } } },
})
const edge = await startEdge(t, { control })
const send = visitors(t, edge, (i) => `/page/${i % 30}`)
const report = async () =>
  (JSON.parse((await control.call('GET', '/v1/endpoints')).text) as { reports: readonly ServiceReport[] }).reports[0]!
const peersAtEdge = async () => (await edge.snapshot()).endpoints.services[0]?.peers.length
await until(async () => (await peersAtEdge()) === 3, { what: 'three peers at the edge', deadlineMs: 30_000 })

/** Runs work under load. */
async function underLoad(t: Test, work: () => Promise<unknown>): Promise<void> {
  const load = await runWhile(work(), send, 2)
  t.same(load.failures, [])
  t.same(Object.keys(load.statuses), ['200'], `${load.sent} requests`)
}

for (const [name, fault] of Object.entries(FAULTS)) {
  t.test(`${name}: no endpoint is lost, no request fails`, async (t) => {
    await underLoad(t, async () => {
      await begin(fault)
      const troubled = async () => (await report()).lastError !== null
      await until(troubled, { what: 'the control plane to be troubled', deadlineMs: 30_000 })
      t.equal(await peersAtEdge(), 3)
      t.equal((await report()).peers, 3)
      await begin(null)
      await until(async () => (await report()).lastError === null, { what: 'the trouble to be over', deadlineMs: 30_000 })
      t.equal(await peersAtEdge(), 3)
    })
  })
}

t.test('more than 10 s of silence: no endpoint is lost, no request fails, and what changed meanwhile is known after it', async (t) => {
  const silence = Promise.withResolvers<void>()
  t.teardown(() => silence.resolve())
  await underLoad(t, async () => {
    const { failures } = await report()
    const startedAtMs = performance.now()
    await begin(async (_target, response) => {
      await silence.promise
      response.destroy()
      return undefined
    })
    await until(async () => (await report()).failures >= failures + 2, { what: 'two questions to time out', deadlineMs: 30_000 })
    t.ok(performance.now() - startedAtMs > 10_000)
    t.equal(await peersAtEdge(), 3)
    silence.resolve()
    await begin(null)
    await until(async () => (await report()).lastError === null, { what: 'an answer', deadlineMs: 30_000 })
    t.equal(await peersAtEdge(), 3)
  })
})

t.test('an index that goes back again and again is followed, at a bounded rate', async (t) => {
  state.backwards = true
  await begin(null)
  const before = asked
  await underLoad(t, async () => {
    await register(3)
    await until(async () => (await peersAtEdge()) === 4, { what: 'the fourth peer at the edge', deadlineMs: 20_000 })
    const { answers } = await report()
    await until(async () => (await report()).answers > answers, { what: 'another answer', deadlineMs: 20_000 })
  })
  t.ok(asked - before < 40, `${asked - before} questions`)
  state.backwards = false
})

t.test('a check that fails takes its instance out, and one that passes brings it back', async (t) => {
  const check = { ID: 'alive', Name: 'alive', TTL: '10m', ServiceID: 'shop-3', Status: 'passing' }
  await consul.call('PUT', '/v1/agent/check/register', JSON.stringify(check))
  await underLoad(t, async () => {
    await consul.call('PUT', '/v1/agent/check/fail/alive')
    await until(async () => (await peersAtEdge()) === 3, { what: 'three peers at the edge', deadlineMs: 20_000 })
    await consul.call('PUT', '/v1/agent/check/pass/alive')
    await until(async () => (await peersAtEdge()) === 4, { what: 'four peers at the edge', deadlineMs: 20_000 })
  })
})
