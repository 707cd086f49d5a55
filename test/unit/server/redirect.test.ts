import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { bytesBody } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { ConnectionMemory } from '../../../edge/pipeline/connection-memory.ts'
import type { Answer, Incoming } from '../../../edge/pipeline/exchange.ts'
import type { HeldConnection } from '../../../edge/server/connection-host.ts'
import { redirectHost } from '../../../edge/server/redirect.ts'
import { ScriptedHost } from '../../support/scripted-host.ts'

function setUp(port = 443) {
  const host = new ScriptedHost(() => t.fail('a request reached the line'))
  const redirecting = redirectHost(host, port)
  /** The answer to a request: its status, and where it sends the client. */
  const ask = (target: string, hosts: readonly string[], more: Partial<Incoming> = {}) => {
    const incoming: Incoming = {
      method: 'GET',
      target,
      httpVersion: '1.1',
      scheme: 'http',
      fields: Fields.fromRaw(hosts.flatMap((name) => ['Host', name])),
      body: null,
      peerAddress: '192.0.2.7',
      certificate: null,
      memory: new ConnectionMemory(),
      upgrade: null,
      ...more,
    }
    let answer: Answer | null = null
    const send = (given: Answer) => {
      answer = given
      return { outcome: 'whole', bytes: 0 } as const
    }
    redirecting.onRequest(incoming, { interim() {}, send }, new Abort())
    const { status, fields } = answer as unknown as Answer
    return [status, fields.get('location')]
  }
  return { host, redirecting, ask }
}

t.test('every request is sent to the same target over https', async (t) => {
  const { ask, host } = setUp()
  t.same(ask('/', ['example.org']), [308, 'https://example.org/'])
  t.same(ask('/a/../b?c=%2F&d', ['example.org']), [308, 'https://example.org/a/../b?c=%2F&d'], 'as it came')
  t.same(ask('/form', ['example.org'], { method: 'POST', body: bytesBody(Buffer.from('x')) }), [308, 'https://example.org/form'])
  t.same(ask('/', ['Example.ORG:8080']), [308, 'https://example.org/'], 'the port of the plain site stays behind')
  t.same(ask('/', ['[2001:db8::1]:80']), [308, 'https://[2001:db8::1]/'])
  t.same(ask('//evil.example/', ['example.org']), [308, 'https://example.org//evil.example/'])
  t.same(ask('http://example.org/a?b', ['example.org']), [308, 'https://example.org/a?b'], 'absolute-form')
  t.same(ask('http://EXAMPLE.org:80?b', ['example.org']), [308, 'https://example.org/?b'], 'and the same host in another spelling')
  t.equal(host.metrics.value('weir_requests_total', ['', '3xx', 'edge']), 8)
  t.same(host.faults, [])
  t.same(setUp(8443).ask('/', ['example.org:8080']), [308, 'https://example.org:8443/'])
})

t.test('nobody is sent where the request does not clearly lead', async (t) => {
  const { ask, host } = setUp()
  for (const hosts of [[], ['a', 'b'], ['user@example.org'], ['example.org/evil'], ['a b'], [''], ['a\r\nSet-Cookie: b']])
    t.same(ask('/', hosts), [400, undefined], String(hosts))
  t.equal(host.faults.filter((code) => code === 'BAD_HOST').length, 7)
  for (const target of ['*', 'example.org:443', 'http://other.example/', 'http://example.org:8080/', 'ftp://example.org/', 'x'])
    t.same(ask(target, ['example.org']), [400, undefined], target)
  t.equal(host.faults.filter((code) => code === 'BAD_TARGET').length, 6)
  t.equal(host.metrics.value('weir_requests_total', ['', '3xx', 'edge']), 0)
})

t.test('connections are those of the listener', async (t) => {
  const { host, redirecting } = setUp()
  const connection: HeldConnection = { sweep() {}, drain() {}, destroy() {} }
  redirecting.add(connection)
  t.ok(host.held.has(connection))
  redirecting.remove(connection)
  t.equal(host.held.size, 0)
  t.equal(redirecting.draining, false)
  host.draining = true
  t.equal(redirecting.draining, true)
  t.equal(redirecting.dateLine, host.dateLine)
  t.equal(redirecting.bootstrap, host.bootstrap)
})
