import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import type { Hop, HopTls } from '../../../edge/upstream/upstream.ts'
import { TestAuthority } from '../../support/certificates.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { startRawOrigin } from './raw-origin.ts'
import { hopTo, OK, readBody, startUpstream } from './send-one.ts'
import { startTlsOrigin, type TlsOrigin } from './tls-origin.ts'

const authority = new TestAuthority(t)
// The list of names is openssl's own, which knows addresses too.
const certificate = authority.issue(['shop.example', 'localhost,IP:127.0.0.1'])

/** A hop over TLS that trusts who signed the origin's certificate. */
function hopOver(t: Scope, { address }: TlsOrigin, tls: Partial<HopTls> = {}, more: Partial<Hop> = {}): Hop {
  const caFile = join(tempDir(t), 'ca.pem')
  writeFileSync(caFile, authority.ca)
  return hopTo(address, { scheme: 'https', tls: { serverName: null, verify: 'on', caFile, ...tls }, ...more })
}

const answering = (t: Scope) => startTlsOrigin(t, certificate, (socket) => socket.write(OK))
const hostOf = (host: string) => ({ fields: Fields.of({ Host: host }) })

t.test('the host of the request is asked for and verified, over HTTP/1.1 and nothing else, and the connection is kept', async (t) => {
  const origin = await answering(t)
  const { get } = startUpstream(t)
  const hop = hopOver(t, origin)
  for (let i = 0; i < 3; i += 1) t.same(await get(hop), { text: 'ok', fault: null })
  t.equal(origin.sockets.length, 1)
  t.equal(origin.sockets[0]?.servername, 'shop.example')
  t.equal(origin.sockets[0]?.alpnProtocol, 'http/1.1')
})

t.test('a name of the pool takes the place of the host', async (t) => {
  const origin = await answering(t)
  const { send } = startUpstream(t)
  const hop = hopOver(t, origin, { serverName: 'localhost' })
  await readBody(await send(hop, hostOf('another.example')))
  await readBody(await send(hop, hostOf('one-more.example')))
  t.equal(origin.sockets.length, 1, 'and the same connection serves all hosts')
  t.equal(origin.sockets[0]?.servername, 'localhost')
})

t.test('an address is verified as an address and not asked for as a name', async (t) => {
  const origin = await answering(t)
  const { send } = startUpstream(t)
  t.same(await readBody(await send(hopOver(t, origin), hostOf(origin.address))), { text: 'ok', fault: null })
  t.equal(origin.sockets[0]?.servername, false)
  await t.rejects(send(hopOver(t, origin), hostOf('127.0.0.2')), { code: 'UPSTREAM_CONNECT', detail: { reason: /127\.0\.0\.2/ } })
})

t.test('a wrong name, or a signer that is not known, is UPSTREAM_CONNECT, and says why', async (t) => {
  const origin = await answering(t)
  const { send, metrics } = startUpstream(t)
  const wrongName = send(hopOver(t, origin, { serverName: 'other.example' }))
  await t.rejects(wrongName, { code: 'UPSTREAM_CONNECT', row: { retry: 'always' }, detail: { reason: /other\.example/ } })
  await t.rejects(send(hopOver(t, origin, { caFile: null })), { code: 'UPSTREAM_CONNECT', detail: { reason: /issuer|first certificate/ } })
  t.equal(metrics.value('weir_upstream_connects_total', ['failed']), 2)
  t.equal(origin.sockets.filter((socket) => socket.bytesRead > 0).length, 0, 'nothing of a request was sent')
})

t.test('where verifying is off, any certificate does', async (t) => {
  const origin = await answering(t)
  const { get } = startUpstream(t)
  t.same(await get(hopOver(t, origin, { serverName: 'other.example', verify: 'off', caFile: null })), { text: 'ok', fault: null })
})

t.test('a file of signers that is not there is UPSTREAM_CONNECT, and is looked for again', async (t) => {
  const origin = await answering(t)
  const { get, send } = startUpstream(t)
  const hop = hopOver(t, origin)
  rmSync(hop.tls.caFile!)
  await t.rejects(send(hop), { code: 'UPSTREAM_CONNECT', detail: { reason: /there is no file .*ca\.pem/ } })
  writeFileSync(hop.tls.caFile!, authority.ca)
  t.same(await get(hop), { text: 'ok', fault: null })
})

t.test('the file of signers is read once, and again when a certificate was not accepted', async (t) => {
  const origin = await answering(t)
  const { get, send } = startUpstream(t)
  const hop = hopOver(t, origin, {}, { keepAliveMs: 0 })
  writeFileSync(hop.tls.caFile!, '')
  await t.rejects(send(hop), { code: 'UPSTREAM_CONNECT' })
  writeFileSync(hop.tls.caFile!, authority.ca)
  t.same(await get(hop), { text: 'ok', fault: null })
  writeFileSync(hop.tls.caFile!, '')
  t.same(await get(hop), { text: 'ok', fault: null })
})

t.test('a connection serves only the name it was verified for, and gives way when another is wanted', async (t) => {
  const origin = await answering(t)
  const { send } = startUpstream(t)
  for (const maxConnections of [4, 1]) {
    const hop = hopOver(t, origin, {}, { maxConnections })
    const before = origin.sockets.length
    for (const host of ['shop.example', 'localhost', 'shop.example']) await readBody(await send(hop, hostOf(host)))
    const names = origin.sockets.slice(before).map(({ servername }) => servername)
    t.same(names, maxConnections === 4 ? ['shop.example', 'localhost'] : ['shop.example', 'localhost', 'shop.example'])
  }
})

t.test('who waits for another name than the connection that gets free has a new one', async (t) => {
  const origin = await startTlsOrigin(t, certificate, (socket, chunk) => {
    if (!chunk.includes('/held')) socket.write(OK)
  })
  const { send } = startUpstream(t)
  const hop = hopOver(t, origin, {}, { maxConnections: 1 })
  const held = send(hop, { target: '/held', ...hostOf('shop.example') })
  await until(() => origin.sockets[0]?.bytesRead, { what: 'the first request' })
  const waiting = send(hop, hostOf('localhost'))
  origin.sockets[0]?.write(OK)
  t.same(await readBody(await held), { text: 'ok', fault: null })
  t.same(await readBody(await waiting), { text: 'ok', fault: null })
  t.same(
    origin.sockets.map(({ servername }) => servername),
    ['shop.example', 'localhost'],
  )
})

t.test('the next handshake for a name resumes the session of the one before', async (t) => {
  const origin = await answering(t)
  const { get, send } = startUpstream(t)
  const hop = hopOver(t, origin, {}, { keepAliveMs: 0 })
  await get(hop)
  await get(hop)
  await readBody(await send(hop, hostOf('localhost')))
  t.same(origin.resumed, [false, true, false])
})

t.test('an origin that speaks no TLS, or says nothing at all, is a peer that cannot be reached', async (t) => {
  const plain = await startRawOrigin(t, ({ socket }) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const silent = await startRawOrigin(t, () => {})
  const { send, clock, metrics } = startUpstream(t)
  await t.rejects(send(hopTo(plain.address, { scheme: 'https' })), { code: 'UPSTREAM_CONNECT' })
  const sent = send(hopTo(silent.address, { scheme: 'https' }))
  await until(() => silent.connections[0]?.received, { what: 'the hello' })
  clock.advance(1_000)
  await t.rejects(sent, { code: 'UPSTREAM_CONNECT_TIMEOUT', row: { retry: 'always' }, detail: { afterMs: 1_000 } })
  t.equal(metrics.value('weir_upstream_connects_total', ['timeout']), 1)
  await until(() => silent.connections[0]?.socket.destroyed, { what: 'the connection to end' })
})

t.test('a body without a length is whole when the origin says so, and cut when its connection is', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'
  const origin = await startTlsOrigin(t, certificate, (socket, chunk) => {
    if (chunk.includes('/whole')) socket.end(`${head}page`)
    else socket.write(`${head}page`)
  })
  const { get, send } = startUpstream(t)
  for (let i = 0; i < 10; i += 1) t.same(await get(hopOver(t, origin), '/whole'), { text: 'page', fault: null })

  const answer = await send(hopOver(t, origin), { target: '/cut' })
  const reading = readBody(answer)
  origin.cut()
  t.match(await reading, { text: 'page', fault: { code: 'UPSTREAM_CUT' } })
})

t.test('a body without a length stays whole for a reader that is slow', async (t) => {
  const page = 'x'.repeat(300_000)
  const origin = await startTlsOrigin(t, certificate, (socket) => socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${page}`))
  const { send } = startUpstream(t)
  for (let i = 0; i < 10; i += 1) {
    const answer = await send(hopOver(t, origin))
    let bytes = 0
    const outcome = await new Promise((resolve) => {
      const flow = answer.body.open({
        write(chunk) {
          bytes += chunk.byteLength
          setImmediate(() => flow.resume())
          return false
        },
        end: () => resolve('end'),
        fail: resolve,
      })
    })
    t.equal(outcome, 'end')
    t.equal(bytes, page.length)
  }
})
