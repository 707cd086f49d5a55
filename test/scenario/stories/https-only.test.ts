// A shop that is had over https alone: who comes in plain text is sent over, whatever it asks, and who comes over TLS is told to stay.

import { connect } from 'node:http2'
import { Agent, get } from 'node:https'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { TestAuthority } from '../../support/certificates.ts'
import { startEdge } from '../../support/edge.ts'
import { freePorts } from '../../support/free-port.ts'
import { request } from '../../support/http-client.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { PERSON, visit } from '../../support/visit.ts'
import { type WireAnswer, WireClient } from '../../support/wire-client.ts'

const HSTS = 'strict-transport-security'

const authority = new TestAuthority(t)
const { certFile, keyFile } = authority.issue(['shop.test'])
const [securePort = 0, plainPort = 0] = await freePorts(2)
const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=60', [HSTS]: 'max-age=1; includeSubDomains' } })
const edge = await startEdge(t, {
  site: {
    pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
    limits: { once: { rate: '1/h' } },
    routes: {
      pages: { pool: 'shop', hsts: { maxAgeS: 63_072_000 } },
      offer: { path: '/offer', pool: 'shop', limits: ['once'], hsts: { maxAgeS: 60 } },
      legacy: { path: '/legacy', pool: 'shop' },
    },
  },
  bootstrap: {
    listeners: [
      { address: `127.0.0.1:${securePort}`, tls: { certificates: [{ certFile, keyFile }] } },
      { address: `127.0.0.1:${plainPort}`, redirectToHttps: { port: securePort } },
    ],
  },
})
const secure = `https://shop.test:${securePort}`

/** What a page over TLS says of https: over HTTP/1.1, with the status before it. */
function told(path: string): Promise<readonly [number | undefined, string | undefined]> {
  const agent = new Agent({ ca: authority.ca, servername: 'shop.test' })
  return new Promise((resolve, reject) => {
    const sent = get({ port: securePort, host: '127.0.0.1', path, headers: PERSON, agent }, (message) =>
      text(message).then(() => resolve([message.statusCode, message.headers[HSTS]]), reject),
    )
    sent.once('error', reject)
    sent.once('close', () => agent.destroy())
  })
}

/** The same over HTTP/2. */
function toldOverHttp2(t: Test, path: string): Promise<readonly [number | undefined, unknown]> {
  const session = connect(`https://127.0.0.1:${securePort}`, { ca: authority.ca, servername: 'shop.test' })
  t.teardown(() => session.destroy())
  return new Promise((resolve, reject) => {
    session.once('error', reject)
    const stream = session.request({ ':path': path, ':authority': 'shop.test', 'user-agent': PERSON['user-agent'] })
    stream.once('response', (headers) => resolve([headers[':status'], headers[HSTS]]))
    stream.resume()
  })
}

t.test('over TLS every answer of the route says so: from the origin, from the cache, and a refusal', async (t) => {
  t.same(await told('/a'), [200, 'max-age=63072000'], 'in place of what the origin says')
  t.same(await told('/a'), [200, 'max-age=63072000'])
  t.same(await toldOverHttp2(t, '/a'), [200, 'max-age=63072000'])
  t.equal(origin.count('/a'), 1, 'two of them were hits')
  t.same(await told('/offer'), [200, 'max-age=60'])
  t.same(await toldOverHttp2(t, '/offer'), [429, 'max-age=60'])
  t.same(await told('/legacy'), [200, 'max-age=1; includeSubDomains'], 'a route without leaves it to its origin')
})

t.test('in plain text nobody is told, not by the origin either', async (t) => {
  for (const answer of [await visit(edge, '/a'), await visit(edge, '/a')]) {
    t.equal(answer.status, 200)
    t.notOk(answer.headers[HSTS])
  }
})

t.test('who comes to the plain site is sent to the same page over https, and the shop sees none of it', async (t) => {
  const before = origin.count()
  for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
    const body = method === 'POST' ? { body: 'a=1' } : {}
    const answer = await request({ port: plainPort, method, path: '/a?b=%2F', headers: { host: 'Shop.test:80' }, ...body })
    t.match(answer, { status: 308, headers: { location: `${secure}/a?b=%2F` }, text: '' }, method)
    t.notOk(answer.headers[HSTS])
  }
  t.equal(origin.count(), before)
  // Each is counted once its answer is sent.
  await until(async () => (await edge.metric('weir_requests_total', { route: '', status: '3xx' })) === 4, { what: 'all to be counted' })
})

/** What is written to the plain site, and where it leads; null for nowhere. */
const WRITTEN: readonly (readonly [name: string, bytes: string, location: string | null])[] = [
  ['HTTP/1.0 with Host', 'GET / HTTP/1.0\r\nHost: shop.test\r\n\r\n', `${secure}/`],
  ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', null],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', null],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: shop.test\r\nHost: evil.example\r\n\r\n', null],
  ['an address for a name', 'GET / HTTP/1.1\r\nHost: [2001:DB8::1]:8080\r\n\r\n', `https://[2001:db8::1]:${securePort}/`],
  ['a user in Host', 'GET / HTTP/1.1\r\nHost: shop.test@evil.example\r\n\r\n', null],
  ['absolute-form', 'GET http://shop.test/a?b HTTP/1.1\r\nHost: shop.test\r\n\r\n', `${secure}/a?b`],
  ['absolute-form to somebody else', 'GET http://evil.example/ HTTP/1.1\r\nHost: shop.test\r\n\r\n', null],
  ['a target that looks like a host', 'GET //evil.example/ HTTP/1.1\r\nHost: shop.test\r\n\r\n', `${secure}//evil.example/`],
  ['a backslash', 'GET /\\evil.example HTTP/1.1\r\nHost: shop.test\r\n\r\n', `${secure}/\\evil.example`],
  ['a line end in escapes', 'GET /%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: shop.test\r\n\r\n', `${secure}/%0d%0aSet-Cookie:%20a=b`],
  ['a bare CR', 'GET /\rSet-Cookie:a HTTP/1.1\r\nHost: shop.test\r\n\r\n', null],
  ['CONNECT', 'CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test:443\r\n\r\n', null],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: shop.test\r\n\r\n', null],
]

/** Where an answer leads. */
const locationsOf = ({ message }: WireAnswer) => message.fields.filter(([name]) => name === 'location').map(([, value]) => value)

t.test('nobody is sent where the request does not clearly lead', async (t) => {
  for (const [title, bytes, location] of WRITTEN) {
    const client = await WireClient.connect(t, plainPort)
    client.send(bytes)
    const answer = await client.answered(1)
    const { status, message } = answer
    t.same([status >= 400, locationsOf(answer)], [location === null, location === null ? [] : [location]], `${title}: ${status}`)
    t.notOk(message.fields.some(([name]) => name === 'set-cookie'))
    client.socket.destroy()
  }
})

t.test('a body that nobody reads is no request', async (t) => {
  const client = await WireClient.connect(t, plainPort)
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: shop.test\r\n\r\n'
  client.send(`POST /form HTTP/1.1\r\nHost: shop.test\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`)
  client.send('GET /next HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n')
  await client.closed()
  // The connection may end behind the first answer, or go on behind the body.
  const pages = client.answers.flatMap(locationsOf)
  t.same(pages, [`${secure}/form`, `${secure}/next`].slice(0, pages.length))
  t.ok(pages.length > 0, client.describe())
})
