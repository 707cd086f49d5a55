import t from 'tap'
import { ApiClient } from '../../../../control/client/api-client.ts'
import { systemTimers } from '../../../../edge/base/system/clock.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { startOrigin } from '../../../support/origin.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const client = (url: string, token = 'secret') => new ApiClient({ url, token, timers: systemTimers })

t.test('a call carries token, entity tag and body, and brings value and tag back', async (t) => {
  const api = await startOrigin(t, { headers: { ...JSON_TYPE, etag: '"r7"' }, body: '{"revision":7}' })
  const result = await client(`${api.url}/`).call({ method: 'POST', path: '/v1/publish?waitMs=1', body: { a: 1 }, ifMatch: '"r6"' })
  t.same(result, { ok: true, status: 200, value: { revision: 7 }, etag: '"r7"' })
  const [request] = api.requests
  t.match(request, {
    method: 'POST',
    target: '/v1/publish?waitMs=1',
    headers: { authorization: 'Bearer secret', 'if-match': '"r6"', 'content-type': 'application/json' },
  })
  t.equal(request?.body.toString(), '{"a":1}')
})

t.test('without a token none is sent, and an empty answer has no value', async (t) => {
  const api = await startOrigin(t, { status: 204 })
  t.same(await client(api.url, '').call({ method: 'DELETE', path: '/x' }), { ok: true, status: 204, value: null, etag: null })
  t.equal(api.requests[0]?.headers.authorization, undefined)
})

t.test('a refusal is a value with its sentence and problems', async (t) => {
  const body = JSON.stringify({ title: 'Not valid', detail: 'No.', problems: [{ pointer: '/a', message: 'b' }] })
  const api = await startOrigin(t, { status: 422, headers: { 'content-type': 'application/problem+json' }, body })
  t.same(await client(api.url).call({ method: 'GET', path: '/' }), {
    ok: false,
    kind: 'refused',
    status: 422,
    sentence: 'No.\n  /a  b',
    problems: [{ pointer: '/a', message: 'b' }],
  })
})

t.test('nobody listening, a name that is none and an answer cut off are unreachable, with what to do', async (t) => {
  const api = await startOrigin(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{')
    setImmediate(() => response.destroy())
    return undefined
  })
  t.match(await client(api.url).call({ method: 'GET', path: '/' }), { ok: false, kind: 'unreachable', status: 0 })
  await api.close()
  const refused = await client(api.url).call({ method: 'GET', path: '/' })
  t.equal(
    !refused.ok && refused.sentence,
    `control plane at ${api.url} does not answer: connection refused; start it with \`weir up\` or \`weir control\`, or set --control`,
  )
})

t.test('what answers and is no control plane is told from one that refuses', async (t) => {
  const answers = [{ status: 200, body: '<h1>Shop</h1>' }, { status: 503, headers: JSON_TYPE, body: '{"code":"CLOSED"}' }, { status: 404 }]
  for (const answer of answers) {
    const other = await startOrigin(t, answer)
    t.match(await client(other.url).call({ method: 'GET', path: '/v1/edges' }), {
      ok: false,
      kind: 'unreachable',
      status: answer.status,
      sentence: `what answers at ${other.url} (${answer.status}) is no control plane; set --control to the address of one`,
    })
  }
})

t.test('a token follows no redirect', async (t) => {
  const other = await startOrigin(t)
  const api = await startOrigin(t, { status: 302, headers: { location: `${other.url}/steal` } })
  t.match(await client(api.url).call({ method: 'GET', path: '/' }), { ok: false, kind: 'unreachable' })
  t.equal(other.count(), 0)
})

t.test('silence is given up after the time the call allows', async (t) => {
  const api = await startOrigin(t, () => new Promise(() => {}))
  const clock = new ManualClock()
  const call = new ApiClient({ url: api.url, token: '', timers: clock }).call({ method: 'GET', path: '/', timeoutMs: 700 })
  await api.waitForCount(1)
  clock.advance(700)
  t.match(await call, { ok: false, kind: 'unreachable', sentence: /no answer within 700 ms/ })
  t.equal(clock.pending, 0)
})
