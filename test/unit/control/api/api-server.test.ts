import t from 'tap'
import { startTestControl } from './test-control.ts'

t.test('every answer carries the fields that keep browsers in check, and none that lets others in', async (t) => {
  const control = await startTestControl(t)
  for (const path of ['/v1/health', '/v1/site', '/nothing']) {
    const { headers } = await control.call({ path, token: null, headers: { origin: 'https://evil.example' } })
    t.match(headers, { 'x-content-type-options': 'nosniff', 'content-security-policy': /default-src 'none'/, 'cache-control': 'no-store' })
    t.match(headers, { 'x-request-id': /^[0-9a-f]{16}$/ })
    t.same(
      Object.keys(headers).filter((name) => name === 'set-cookie' || name.startsWith('access-control-')),
      [],
    )
  }
})

t.test('bodies are held against their schema and never bent to fit', async (t) => {
  const control = await startTestControl(t)
  const put = (body: unknown, headers = {}) => control.call({ method: 'PUT', path: '/v1/switches/a', body, headers })
  const order = { routes: [], clients: 'all', mode: 'closed', reason: 'x', forMs: 60_000 }
  t.match(await put({ ...order, forMs: '60000' }), { status: 400, json: { problems: [{ pointer: '/forMs' }] } })
  t.match(await put({ ...order, surprise: 1 }), { status: 400, json: { problems: [{ pointer: '/surprise' }] } })
  t.match(await put('{"mode":'), { status: 400, json: { status: 400 } })
  t.match(await put(JSON.stringify(order).replace('{', '{"__proto__":{"a":1},')), { status: 400 })
  t.match(await put('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), { status: 415, json: { status: 415 } })
  t.match(await put({ ...order, reason: 'x'.repeat(70_000) }), { status: 413, json: { status: 413 } })
  t.equal((await put(order)).status, 200)
})

t.test('what is not there is said to be so', async (t) => {
  const control = await startTestControl(t)
  t.match(await control.call({ path: '/v1/nothing' }), { status: 404, json: { type: 'urn:weir:absent', detail: /GET \/v1\/nothing/ } })
})

t.test('every request is logged with who made it, and no secret is', async (t) => {
  const control = await startTestControl(t)
  await control.call({ path: '/v1/edges?x=1' })
  t.match(control.log.of('api'), [{ method: 'GET', path: '/v1/edges', actor: 'first admin', address: '127.0.0.1' }])
  t.notOk(JSON.stringify(control.log.lines).includes(control.firstToken!))
})
