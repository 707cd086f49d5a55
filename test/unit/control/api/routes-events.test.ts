import { type IncomingMessage, request as open } from 'node:http'
import t from 'tap'
import { MAX_SUBSCRIBERS } from '../../../../control/api/event-hub.ts'
import type { Scope } from '../../../support/scope.ts'
import { until } from '../../../support/until.ts'
import { publish, startTestControl, type TestControl } from './test-control.ts'
import { TestEdge } from './test-edge.ts'

/** A console: reads events until the test ends. */
async function subscribe(t: Scope, { port, firstToken }: TestControl) {
  const headers = { authorization: `Bearer ${firstToken}` }
  const sent = open({ host: '127.0.0.1', port, path: '/v1/events', agent: false, headers })
  t.teardown(() => sent.destroy())
  const seen = { text: '', closed: false }
  sent.on('error', () => {
    seen.closed = true
  })
  sent.on('close', () => {
    seen.closed = true
  })
  const response = new Promise<IncomingMessage>((resolve) => sent.once('response', resolve))
  sent.end()
  const { statusCode, headers: fields } = await response.then((message) => {
    message.on('data', (chunk: Buffer) => {
      seen.text += chunk.toString()
    })
    message.on('error', () => {
      seen.closed = true
    })
    return message
  })
  const next = (pattern: RegExp) => until(() => pattern.exec(seen.text), { what: `${pattern}` })
  return { status: statusCode, fields, seen, next }
}

t.test('a console is told how things stand, and then what changes', async (t) => {
  const control = await startTestControl(t)
  const { status, fields, next, seen } = await subscribe(t, control)
  t.equal(status, 200)
  t.equal(fields['content-type'], 'text/event-stream')
  await next(/event: revision\ndata: {"revision":0}\n\n/)
  await next(/event: switchboard\ndata: {"seq":0/)
  await next(/event: edges\ndata: {"connected":0}\n\n/)
  await publish(control)
  await next(/event: revision\ndata: {"revision":1,/)
  t.notMatch(seen.text, /"site"/, 'the site itself is asked for')
  await control.call({
    method: 'PUT',
    path: '/v1/switches/sale',
    body: { routes: [], clients: 'all', mode: 'closed', reason: 'x', forMs: 60_000 },
  })
  await next(/event: switchboard\ndata: {"seq":1,"switches":\[{"id":"sale"/)
})

t.test('news of edges are gathered', async (t) => {
  const control = await startTestControl(t)
  const { next, seen } = await subscribe(t, control)
  await next(/event: edges/)
  for (const edgeId of ['e1', 'e2', 'e3']) await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId })
  control.clock.advance(500)
  await next(/event: edges\ndata: {"connected":3}/)
  t.equal(seen.text.match(/event: edges/g)?.length, 2)
})

t.test('a comment keeps the connection when nothing happens', async (t) => {
  const control = await startTestControl(t)
  const { next } = await subscribe(t, control)
  control.clock.advance(15_000)
  await next(/: still here\n\n/)
})

t.test('there are only so many consoles at once', async (t) => {
  const control = await startTestControl(t)
  const first = await subscribe(t, control)
  for (let count = 1; count < MAX_SUBSCRIBERS; count++) t.equal((await subscribe(t, control)).status, 200)
  t.equal((await subscribe(t, control)).status, 503)
  t.equal(first.seen.closed, false)
})
