// size: one list of cases, read as a whole
import { X509Certificate } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { createServer, connect as plain, type Socket } from 'node:net'
import { join } from 'node:path'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import t from 'tap'
import { systemFiles } from '../../../edge/base/system/files.ts'
import type { ListenerTls } from '../../../edge/contract/listener.ts'
import { ConnectionMemory } from '../../../edge/pipeline/connection-memory.ts'
import type { Endpoint } from '../../../edge/server/endpoint.ts'
import { TlsFront } from '../../../edge/server/tls-front.ts'
import { TestAuthority } from '../../support/certificates.ts'
import type { Scope } from '../../support/scope.ts'
import { ScriptedHost } from '../../support/scripted-host.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'

const authority = new TestAuthority(t)
const first = authority.issue(['www.example.org', 'example.org'])
const second = authority.issue(['*.shop.example', 'shop.example'])
const client = authority.issue([])
const stranger = new TestAuthority(t, 'Somebody Else').issue([])

interface Arrived {
  readonly socket: TLSSocket
  readonly endpoint: Endpoint
  readonly protocol: string
}

const TLS: ListenerTls = {
  certificates: [first, second].map(({ certFile, keyFile }) => ({ certFile, keyFile })),
  minVersion: '1.2',
  http2: 'on',
}

/** A listener with TLS whose connections are greeted with one line; `before` has the plain socket first. */
async function start(t: Scope, more: Partial<ListenerTls> = {}, before?: (socket: Socket, then: () => void) => void) {
  const host = new ScriptedHost(undefined, { firstByteTimeoutMs: 5_000 })
  const arrived: Arrived[] = []
  const front = new TlsFront({ ...TLS, ...more }, host, systemFiles, (socket, endpoint, protocol) => {
    arrived.push({ socket, endpoint, protocol })
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => socket.write(`heard ${chunk}`))
    socket.write('hello')
  })
  await front.load()
  t.teardown(() => front.close())
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    const take = () => front.take(socket, { address: '192.0.2.7', scheme: 'http', certificate: null, memory: new ConnectionMemory() })
    if (before) before(socket, take)
    else take()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const { socket } of arrived) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return { front, host, arrived, port, outcome: (name: string) => host.metrics.value('weir_tls_handshakes_total', [name]) }
}

/** Connects; what the listener said is in `text`, how it ended in `end`. */
function visit(t: Scope, port: number, options: ConnectionOptions = {}) {
  const socket = connect({ port, host: '127.0.0.1', ca: authority.ca, servername: 'www.example.org', ...options })
  const seen = { socket, text: '', end: 'open', session: null as Buffer | null }
  socket.on('data', (chunk) => {
    seen.text += chunk
  })
  socket.on('session', (session) => {
    seen.session = session
  })
  socket.on('error', (cause: NodeJS.ErrnoException) => {
    seen.end = cause.code ?? 'error'
  })
  socket.on('close', () => {
    if (seen.end === 'open') seen.end = 'closed'
  })
  t.teardown(() => socket.destroy())
  return seen
}

async function greeted(t: Scope, port: number, options: ConnectionOptions = {}) {
  const seen = visit(t, port, options)
  await until(() => seen.text.includes('hello'), { what: `a greeting; ${seen.end}` })
  return seen
}

t.test('a handshake gives the connection on, with its protocol and an endpoint that is secure', async (t) => {
  const { arrived, port, host, outcome } = await start(t)
  await greeted(t, port, { ALPNProtocols: ['h2', 'http/1.1'] })
  await greeted(t, port, { ALPNProtocols: ['http/1.1'] })
  await greeted(t, port)
  t.same(
    arrived.map(({ protocol }) => protocol),
    ['h2', 'http/1.1', 'http/1.1'],
  )
  t.match(arrived[0]?.endpoint, { address: '192.0.2.7', scheme: 'https', certificate: null })
  t.equal(outcome('ok'), 3)
  t.equal(host.held.size, 0, 'a handshake that is over is held no longer')
})

t.test('the name that a client asks for decides on the certificate', async (t) => {
  const { port } = await start(t)
  const served = async (servername: string) => {
    const { socket } = await greeted(t, port, { servername, rejectUnauthorized: false })
    return socket.getPeerCertificate().subjectaltname
  }
  t.equal(await served('example.org'), 'DNS:www.example.org, DNS:example.org')
  t.equal(await served('shop.example'), 'DNS:*.shop.example, DNS:shop.example')
  t.equal(await served('WWW.Shop.Example'), 'DNS:*.shop.example, DNS:shop.example', 'whatever its case')
  t.match(await served('a.b.shop.example'), /www\.example\.org/, 'a star is one label')
  t.match(await served('nobody.example'), /www\.example\.org/, 'the first is for everybody else')
  t.match(await served(''), /www\.example\.org/, 'and for who asks for nothing')
})

t.test('without HTTP/2 it is not offered, and a client that speaks nothing else is told so', async (t) => {
  const { port, arrived } = await start(t, { http2: 'off' })
  await greeted(t, port, { ALPNProtocols: ['h2', 'http/1.1'] })
  t.equal(arrived[0]?.protocol, 'http/1.1')
  const seen = visit(t, port, { ALPNProtocols: ['h2'] })
  await until(() => seen.end !== 'open', { what: 'the refusal' })
  t.equal(seen.end, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
})

t.test('nothing older than asked for is spoken', async (t) => {
  const { port, outcome } = await start(t, { minVersion: '1.3' })
  const seen = visit(t, port, { maxVersion: 'TLSv1.2' })
  await until(() => seen.end !== 'open', { what: 'the refusal' })
  t.match(seen.end, /PROTOCOL_VERSION/)
  await greeted(t, port)
  t.equal(outcome('failed'), 1)
  const older = await start(t)
  const oldest = visit(t, older.port, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
  await until(() => oldest.end !== 'open', { what: 'the refusal' })
  t.match(oldest.end, /PROTOCOL_VERSION/, 'never below 1.2')
})

t.test('bytes that were read before the handshake are part of it', async (t) => {
  // As a PROXY header is read: the plain socket flows for a while, and what belongs to TLS is put back.
  const before = (socket: Socket, then: () => void) => {
    const read = (chunk: Buffer) => {
      socket.off('data', read).pause()
      socket.unshift(chunk.subarray('PROXY UNKNOWN\r\n'.length))
      then()
    }
    socket.on('data', read)
    socket.resume()
  }
  const { port, outcome } = await start(t, {}, before)
  const below = plain({ port, host: '127.0.0.1' })
  t.teardown(() => below.destroy())
  below.cork()
  below.write('PROXY UNKNOWN\r\n')
  const secure = connect({ socket: below, ca: authority.ca, servername: 'www.example.org' })
  let text = ''
  secure.on('data', (chunk) => {
    text += chunk
  })
  setImmediate(() => below.uncork())
  await until(() => text === 'hello', { what: 'the greeting' })
  secure.write('more')
  await until(() => text === 'helloheard more', { what: 'the answer' })
  t.equal(outcome('ok'), 1)
})

t.test('a client that closes its side after the handshake can still be answered', async (t) => {
  const { port, arrived } = await start(t)
  const seen = await greeted(t, port, { allowHalfOpen: true } as ConnectionOptions)
  seen.socket.end()
  const socket = arrived[0]?.socket as TLSSocket
  await until(() => socket.readableEnded, { what: 'the end of what the client sends' })
  t.ok(socket.writable)
  socket.end(' goodbye')
  await until(() => seen.text === 'hello goodbye', { what: 'the last words' })
})

t.test('new certificates serve new connections, and those that stand are left alone', async (t) => {
  const folder = tempDir(t)
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  copyFileSync(first.certFile, certFile)
  copyFileSync(first.keyFile, keyFile)
  const { port, front, host } = await start(t, { certificates: [{ certFile, keyFile }] })
  const seen = await greeted(t, port)
  const next = authority.issue(['www.example.org'])
  copyFileSync(next.certFile, certFile)
  copyFileSync(next.keyFile, keyFile)
  await front.reload()
  const { socket } = await greeted(t, port)
  t.equal(socket.getPeerX509Certificate()?.toString(), next.cert)
  seen.socket.write('still here')
  await until(() => seen.text === 'helloheard still here', { what: 'an answer on the old connection' })
  t.ok(host.metrics.value('weir_certificate_loads_total', ['ok']) >= 2)
})

t.test('what is no TLS ends, and nothing else with it', async (t) => {
  const { port, outcome, host } = await start(t)
  const socket = plain({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n')
  await until(() => socket.destroyed || socket.readableEnded, { what: 'the end' })
  socket.destroy()
  const silent = plain({ port, host: '127.0.0.1' })
  await until(() => host.held.size === 1, { what: 'the handshake to be held' })
  silent.destroy()
  await until(() => outcome('failed') === 2, { what: 'both to be counted' })
  await greeted(t, port)
  t.equal(host.held.size, 0)
})

t.test('who does not shake hands in time is cut off', async (t) => {
  const { port, outcome, host } = await start(t)
  const socket = plain({ port, host: '127.0.0.1' })
  t.teardown(() => socket.destroy())
  await until(() => host.held.size === 1, { what: 'the handshake to be held' })
  host.sweep(4_000)
  t.equal(outcome('timeout'), 0)
  host.sweep(5_001)
  t.equal(outcome('timeout'), 1)
  await until(() => socket.destroyed || socket.readableEnded, { what: 'the end' })
  t.equal(host.held.size, 0)
  t.equal(outcome('failed'), 0, 'counted once')
})

t.test('a required certificate: verified, or nobody gets in', async (t) => {
  const clientCertificates = { caFile: authority.caFile, mode: 'require' } as const
  const { port, arrived, outcome } = await start(t, { clientCertificates })
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const before = arrived.length
    for (const wrong of [{}, { cert: stranger.cert, key: stranger.key }]) {
      const seen = visit(t, port, { ...wrong, maxVersion })
      await until(() => seen.end !== 'open', { what: 'the refusal' })
      t.equal(seen.text, '', 'nothing is said to a stranger')
    }
    t.equal(arrived.length, before)
    await greeted(t, port, { cert: client.cert, key: client.key, maxVersion })
    const { fingerprint256 } = new X509Certificate(client.cert)
    t.equal(arrived.at(-1)?.endpoint.certificate, fingerprint256.replaceAll(':', '').toLowerCase())
  }
  t.equal(outcome('certificate'), 4)
  t.equal(outcome('ok'), 2)
})

t.test('a requested certificate may be left out, but not be wrong', async (t) => {
  const clientCertificates = { caFile: authority.caFile, mode: 'request' } as const
  const { port, arrived, outcome } = await start(t, { clientCertificates })
  await greeted(t, port)
  t.equal(arrived[0]?.endpoint.certificate, null)
  await greeted(t, port, { cert: client.cert, key: client.key })
  t.match(arrived[1]?.endpoint.certificate, /^[0-9a-f]{64}$/)
  const seen = visit(t, port, { cert: stranger.cert, key: stranger.key })
  await until(() => seen.end !== 'open', { what: 'the refusal' })
  t.equal(outcome('certificate'), 1)
})

async function session(t: Scope, port: number, options: ConnectionOptions = {}): Promise<Buffer> {
  const seen = await greeted(t, port, options)
  const session = await until(() => seen.session, { what: 'a session ticket' })
  seen.socket.destroy()
  return session as Buffer
}

t.test('a session is taken up again, at another worker too, for every certificate', async (t) => {
  const [one, other] = [await start(t), await start(t)]
  const keys = Buffer.alloc(48, 7)
  one.front.setTicketKeys(keys)
  other.front.setTicketKeys(keys)
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const servername of ['www.example.org', 'shop.example']) {
      const ticket = await session(t, one.port, { servername, maxVersion })
      const { socket } = await greeted(t, other.port, { servername, maxVersion, session: ticket })
      t.ok(socket.isSessionReused(), `${servername} ${maxVersion}`)
    }
  }
  const ticket = await session(t, one.port)
  other.front.setTicketKeys(Buffer.alloc(48, 8))
  const { socket } = await greeted(t, other.port, { session: ticket })
  t.notOk(socket.isSessionReused(), 'keys that were replaced open nothing')
  t.throws(() => one.front.setTicketKeys(Buffer.alloc(47)), RangeError)
})

t.test('a session never carries a client past a certificate that it would need', async (t) => {
  const open = await start(t)
  const clientCertificates = { caFile: authority.caFile, mode: 'require' } as const
  const closed = await start(t, { clientCertificates })
  const request = await start(t, { clientCertificates: { ...clientCertificates, mode: 'request' } })
  for (const { front } of [open, closed, request]) front.setTicketKeys(Buffer.alloc(48, 7))
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const from of [open, request]) {
      const seen = visit(t, closed.port, { maxVersion, session: await session(t, from.port, { maxVersion }) })
      await until(() => seen.end !== 'open', { what: 'the refusal' })
      t.equal(seen.text, '', maxVersion)
    }
    const own = await session(t, closed.port, { maxVersion, cert: client.cert, key: client.key })
    await greeted(t, closed.port, { maxVersion, session: own })
    t.match(closed.arrived.at(-1)?.endpoint.certificate, /^[0-9a-f]{64}$/, 'the verified certificate is in its own session')
  }
})

t.test('renegotiation is off', async (t) => {
  const { port } = await start(t)
  const { socket } = await greeted(t, port, { maxVersion: 'TLSv1.2' })
  const told = await new Promise<string>((resolve) => {
    socket.on('error', (cause: NodeJS.ErrnoException) => resolve(cause.code ?? 'error'))
    socket.renegotiate({}, (cause) => resolve(cause === null ? 'renegotiated' : 'refused'))
  })
  t.match(told, /NO_RENEGOTIATION/)
})
