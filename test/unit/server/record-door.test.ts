import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { RecordTerms } from '../../../edge/contract/recording.ts'
import type { RecordDesk, TakeLine } from '../../../edge/server/record-desk.ts'
import { recordTerms, takeRecording } from '../../../edge/server/record-door.ts'
import { request } from '../../support/http-client.ts'
import type { Scope } from '../../support/scope.ts'

async function door(t: Scope, desk: Partial<Record<'begin' | 'stop', unknown>>) {
  const server = createServer((incoming, response) => {
    const refusal = takeRecording(incoming, response, desk as unknown as RecordDesk)
    if (refusal !== null) response.writeHead(refusal.status).end(refusal.message)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

t.test('terms are read with their bounds', async (t) => {
  const read = (text: string) => recordTerms(new URLSearchParams(text))
  t.match(read(''), { sample: 1, forMs: 60_000, bodyBytes: 0, mask: [] })
  t.match(read('sample=0.05&route=cart&mask=a&mask=b&bodyBytes=1024'), { sample: 0.05, route: 'cart', mask: ['a', 'b'], bodyBytes: 1_024 })
  for (const bad of ['sample=2', 'sample=-1', 'sample=1e-3', 'forMs=0', 'maxBytes=1', 'route=A', 'mask=', 'a=1', 'bodyBytes=99999999'])
    t.type(read(bad), 'string', bad)
})

t.test('lines come as they are made', async (t) => {
  const port = await door(t, {
    begin(_terms: RecordTerms, take: TakeLine) {
      t.ok(take('{"type":"recording"}'))
      t.ok(take('{"type":"end"}'))
      return { over: Promise.resolve(), stop: () => {} }
    },
  })
  const answer = await request({ port, method: 'POST', path: '/traffic/record?sample=1' })
  t.match(answer, { status: 200, text: '{"type":"recording"}\n{"type":"end"}\n', headers: { 'content-type': 'application/x-ndjson' } })
})

t.test('one at a time; stopped by name; no page may begin one', async (t) => {
  const port = await door(t, { begin: () => null, stop: () => true })
  const ask = (path: string, headers: Record<string, string> = {}) => request({ port, method: 'POST', path, headers })
  t.match(await ask('/traffic/record'), { status: 409, text: 'a recording is under way' })
  t.match(await ask('/traffic/record?sample=7'), { status: 400, text: /sample must be/ })
  t.match(await ask('/traffic/record?stop=yes'), { status: 200 })
  t.match(await ask('/traffic/record', { origin: 'https://evil.example' }), { status: 403 })
  const idle = await door(t, { stop: () => false })
  t.match(await request({ port: idle, method: 'POST', path: '/traffic/record?stop=yes' }), { status: 409 })
})
