import t from 'tap'
import { MIB } from '../../../../edge/contract/units.ts'
import { MAX_LINE_BYTES } from '../../../../edge/contract/wire.ts'
import { request } from '../../../support/http-client.ts'
import { until } from '../../../support/until.ts'
import { publish, SITE, startTestControl, type TestControl } from './test-control.ts'
import { TestEdge } from './test-edge.ts'

const edgeOf = async (control: TestControl, edgeId: string) =>
  (await control.call({ path: '/v1/edges' })).json.edges.find((edge: { edgeId: string }) => edge.edgeId === edgeId)

t.test('an edge is told what stands as soon as it has said hello, and changes as they come', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  const edge = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  t.equal(edge.status, 200)
  t.match(await edge.next('publish'), { publication: { revision: 1, author: 'first admin', site: { name: 'shop' } } })
  await publish(control, { ...SITE, name: 'new' })
  t.match(await edge.next('publish', ({ publication }) => publication.revision === 2), { publication: { site: { name: 'new' } } })
})

t.test('a publish that waits says who serves it and who refuses it, and the list of edges says it too', async (t) => {
  const control = await startTestControl(t)
  const willing = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  const refusing = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e2' })
  const said = publish(control, SITE, '?waitMs=5000')
  await willing.next('publish')
  await refusing.next('publish')
  const problems = [{ pointer: '/routes/cart', message: 'cannot be compiled' }]
  willing.say({ type: 'ack', what: 'publish', seq: 1, atMs: 123 })
  refusing.say({ type: 'nack', what: 'publish', seq: 1, problems })
  t.match(await said, { status: 200, json: { revision: 1, edges: { acked: 1, nacked: 1, of: 2, problems: [{ edgeId: 'e2', problems }] } } })
  t.match(await edgeOf(control, 'e1'), {
    serving: { revision: 1, sinceMs: 123 },
    have: { revision: 1 },
    connection: { state: 'connected', address: '127.0.0.1' },
  })
  t.match(await edgeOf(control, 'e2'), { serving: null, last: { publish: { kind: 'nack', seq: 1, problems } } })
})

t.test('a publish waits no longer than it was told to', async (t) => {
  const control = await startTestControl(t)
  const mute = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  const said = publish(control, SITE, '?waitMs=2000')
  await mute.next('publish')
  control.clock.advance(2_000)
  t.match(await said, { json: { revision: 1, edges: { acked: 0, nacked: 0, of: 1, afterMs: 2_000 } } })
})

t.test('an edge that comes back with what it has is not sent it again', async (t) => {
  const control = await startTestControl(t)
  const { json } = await publish(control)
  const edge = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  edge.end()
  await until(async () => (await edgeOf(control, 'e1')).connection.state === 'gone', { what: 'the edge to be gone' })
  const have = { revision: 1, switchSeq: 0, endpointSeq: 0, digest: json.digest }
  const back = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1', have })
  t.same(
    back.messages.map(({ type }) => type),
    ['switches', 'endpoints'],
  )
  t.match(await edgeOf(control, 'e1'), { connection: { state: 'connected' }, have: { revision: 1 } })
})

t.test('of two streams of one edge the newer stays', async (t) => {
  const control = await startTestControl(t)
  const older = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  const newer = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  await older.untilClosed()
  t.equal(newer.closed, false)
  t.match((await control.call({ path: '/v1/edges' })).json, { connected: 1, edges: [{ connection: { state: 'connected' } }] })
})

t.test('beats go both ways, and an edge that falls silent is gone', async (t) => {
  const control = await startTestControl(t)
  const edge = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  control.clock.advance(1_000)
  t.equal((await edge.next('beat')).atMs, control.clock.wallMs())
  const have = { revision: 0, switchSeq: 0, endpointSeq: 0 }
  edge.say({ type: 'beat', have, inFlight: 3, requests: 10, hitRatio: 0.25, workers: 2, redis: 'down' })
  await until(async () => (await edgeOf(control, 'e1')).beat, { what: 'the beat to be heard' })
  t.match(await edgeOf(control, 'e1'), { beat: { inFlight: 3, hitRatio: 0.25, redis: 'down' } })
  control.clock.advance(12_000)
  await edge.untilClosed()
  t.match(await edgeOf(control, 'e1'), { connection: { state: 'gone', reason: /silent/ } })
})

t.test('an edge that hangs is sent the newest when it reads again, not all that it missed', async (t) => {
  const control = await startTestControl(t)
  const edge = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1' })
  edge.pause()
  const fallbacks = Object.fromEntries(Array.from({ length: 110 }, (_, index) => [`f${index}`, { body: 'x'.repeat(65_000) }]))
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await publish(control, { ...SITE, name, fallbacks })
  edge.resume()
  await edge.next('publish', ({ publication }) => publication.revision === 6)
  const revisions = edge.messages.flatMap((message) => (message.type === 'publish' ? [message.publication.revision] : []))
  t.ok(revisions.length < 6, `it was sent ${revisions}`)
  t.equal(edge.closed, false)
})

t.test('what is no message, and a line without an end, end the stream', async (t) => {
  const control = await startTestControl(t)
  const garbage = new TestEdge(t, { port: control.port, token: control.edgeToken })
  garbage.sayLine('hello, I am an edge')
  await garbage.untilClosed()
  const endless = new TestEdge(t, { port: control.port, token: control.edgeToken })
  const chunk = 'x'.repeat(4 * MIB)
  for (let sent = 0; sent <= MAX_LINE_BYTES; sent += chunk.length) endless.sayBytes(chunk)
  await endless.untilClosed()
  t.match(control.log.of('edge-stream-ended'), [{ reason: /no JSON object/ }, { reason: /a line of more than/ }])
})

t.test('a stream is of its own media type and is opened by edges only', async (t) => {
  const control = await startTestControl(t)
  const open = (token: string, contentType: string) =>
    request({
      port: control.port,
      path: '/v1/stream',
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
      body: '{}',
    })
  t.equal((await open(control.edgeToken, 'application/json')).status, 415)
  t.equal((await open(control.firstToken!, 'application/x-ndjson')).status, 403)
})
