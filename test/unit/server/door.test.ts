// What a connection goes through at one listener, on real sockets: PROXY header, TLS, and who speaks with it then.

import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import t from 'tap'
import { systemFiles } from '../../../edge/base/system/files.ts'
import type { ListenerConfig } from '../../../edge/contract/listener.ts'
import { ConnectionMemory } from '../../../edge/pipeline/connection-memory.ts'
import { Door } from '../../../edge/server/door.ts'
import { openListeningSocket } from '../../../edge/server/listening-socket.ts'
import { TestAuthority } from '../../support/certificates.ts'
import type { Scope } from '../../support/scope.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { answerOf, type HostScript, ScriptedHost } from '../../support/scripted-host.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const authority = new TestAuthority(t)
const { certFile, keyFile } = authority.issue(['localhost'])
const TLS: ListenerConfig['tls'] = { certificates: [{ certFile, keyFile }], minVersion: '1.2', http2: 'on' }
const secure = { host: '127.0.0.1', ca: authority.ca, servername: 'localhost' }

/** A listener with one door. */
async function start(t: Scope, listener: Partial<ListenerConfig> = {}, script?: HostScript) {
  const host = new ScriptedHost(script)
  const door = new Door({ address: '127.0.0.1:0', ...listener }, host, systemFiles)
  await door.load()
  const take = openListeningSocket(
    door.address,
    { listener: 0, port: null, fd: null, sharing: 'alone' },
    (socket) => {
      socket.on('error', () => socket.destroy())
      door.take(socket, { address: socket.remoteAddress ?? '', scheme: 'http', certificate: null, memory: new ConnectionMemory() })
    },
    host.log,
  )
  const { bound, close } = await take
  t.teardown(async () => {
    for (const connection of host.held) connection.destroy()
    door.close()
    await close()
  })
  const taken = (protocol: string) => host.metrics.value('weir_connections_total', [protocol])
  return { host, door, port: bound.port, taken }
}

t.test('plain text is served as it comes', async (t) => {
  const { host, door, port, taken } = await start(t)
  const client = await rawClient(t, port)
  client.send(GET)
  await client.waitFor(/^HTTP\/1\.1 200 /)
  t.match(host.requests[0]?.incoming, { peerAddress: '127.0.0.1', scheme: 'http', certificate: null })
  t.equal(taken('http1'), 1)
  t.equal(door.speaksForMany('127.0.0.1'), false)
  t.equal(host.held.size, 1)
  client.socket.resetAndDestroy()
  await until(() => host.held.size === 0, { what: 'the connection to be let go of' })
})

t.test('behind a balancer the client is who the header names, and the request may stand in the same packet', async (t) => {
  const { host, door, port } = await start(t, { proxyProtocol: { trusted: ['127.0.0.1/32'] } })
  const client = await rawClient(t, port)
  client.send(`PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\r\n${GET}`)
  await client.waitFor(/^HTTP\/1\.1 200 /)
  t.equal(host.requests[0]?.incoming.peerAddress, '192.0.2.7')
  const probe = await rawClient(t, port)
  probe.send(`PROXY UNKNOWN\r\n${GET}`)
  await probe.waitFor(/^HTTP\/1\.1 200 /)
  t.equal(host.requests[1]?.incoming.peerAddress, '127.0.0.1', 'its own where the header names nobody')
  t.equal(door.speaksForMany('127.0.0.1'), true)
  t.equal(door.speaksForMany('127.0.0.2'), false)
})

t.test('who is no balancer, or has no header, is cut off without a word and counted', async (t) => {
  const { host, port, taken } = await start(t, { proxyProtocol: { trusted: ['127.0.0.1/32'] } })
  const refused = (reason: string) => host.metrics.value('weir_connections_refused_total', [reason])
  const stranger = await rawClient(t, port, { localAddress: '127.0.0.2' })
  t.equal(await stranger.closed(), '')
  t.equal(refused('proxy-untrusted'), 1)
  const bare = await rawClient(t, port)
  bare.send(GET)
  t.equal(await bare.closed(), '')
  t.equal(refused('proxy-start'), 1)
  t.equal(taken('http1'), 0)
})

t.test('over TLS the client has the say which HTTP is spoken', async (t) => {
  const { host, port, taken } = await start(t, { tls: TLS })
  const client = connectTls({ ...secure, port, ALPNProtocols: ['http/1.1'] })
  t.teardown(() => client.destroy())
  let text = ''
  client.on('data', (chunk) => {
    text += chunk
  })
  client.write(GET)
  await until(() => /^HTTP\/1\.1 200 /.test(text), { what: 'the answer' })
  t.match(host.requests[0]?.incoming, { httpVersion: '1.1', scheme: 'https', peerAddress: '127.0.0.1' })
  const session = connectHttp2(`https://localhost:${port}`, {
    ca: authority.ca,
    createConnection: () => connectTls({ ...secure, port, ALPNProtocols: ['h2'] }),
  })
  t.teardown(() => session.destroy())
  const stream = session.request({ ':path': '/two' })
  const status = await new Promise((resolve) => stream.on('response', (headers) => resolve(headers[':status'])))
  t.equal(status, 200)
  t.match(host.requests[1]?.incoming, { httpVersion: '2', scheme: 'https' })
  t.same([taken('http1'), taken('http2')], [1, 1])
})

t.test('a PROXY header stands before the handshake', async (t) => {
  const { host, port } = await start(t, { tls: TLS, proxyProtocol: { trusted: ['127.0.0.1/32'] } })
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write('PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\r\n')
  const client = connectTls({ socket, ca: authority.ca, servername: 'localhost' })
  t.teardown(() => client.destroy())
  client.write(GET)
  await until(() => host.requests.length === 1, { what: 'the request' })
  t.match(host.requests[0]?.incoming, { peerAddress: '192.0.2.7', scheme: 'https' })
})

t.test('where everybody is sent to the secure site, no request reaches the line', async (t) => {
  const { host, port } = await start(t, { redirectToHttps: { port: 8443 } })
  const client = await rawClient(t, port)
  client.send('GET /page?x HTTP/1.1\r\nHost: shop.example\r\n\r\n')
  await client.waitFor(/^HTTP\/1\.1 308 [\s\S]*\r\nlocation: https:\/\/shop\.example:8443\/page\?x\r\n/i)
  t.equal(host.requests.length, 0)
})

t.test('a body that breaks off to HTTP/1.0 looks broken off over TLS too, and on a Unix socket ends nothing but itself', async (t) => {
  const broken = async (listener: Partial<ListenerConfig>, visit: (port: number) => ReturnType<typeof connect>) => {
    const body = new ScriptedBody().write('half')
    const { host, port } = await start(t, listener, ({ reply }) => reply.send(answerOf(body)))
    const client = visit(port)
    let text = ''
    let end = 'open'
    client.on('data', (chunk) => {
      text += chunk
    })
    client.on('end', () => {
      end = 'fin'
    })
    client.on('error', (cause: NodeJS.ErrnoException) => {
      end = String(cause.code)
    })
    client.write('GET / HTTP/1.0\r\n\r\n')
    await until(() => /half$/.test(text), { what: 'the half of it' })
    body.fail(new Error('origin cut'))
    await until(() => client.destroyed && host.held.size === 0, { what: 'the end' })
    return end
  }
  t.equal(await broken({ tls: TLS }, (port) => connectTls({ ...secure, port })), 'ECONNRESET')
  const path = join(tempDir(t), 'edge.sock')
  await broken({ address: `unix:${path}` }, () => connect(path))
})
