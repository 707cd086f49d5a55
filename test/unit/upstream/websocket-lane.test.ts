import { createServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, rootCertificates } from 'node:tls'
import t from 'tap'
import { type MadeCertificate, TestAuthority } from '../../support/certificates.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { laneWorld, switching } from './lane-world.ts'
import { startRawOrigin } from './raw-origin.ts'

const TLS = { serverName: null, verify: 'on', caFile: 'ca.pem' } as const

function madeCertificate(t: Scope): { readonly ca: string; readonly made: MadeCertificate } {
  const authority = new TestAuthority(t)
  return { ca: authority.ca, made: authority.issue(['shop.example']) }
}

/** An origin that opens every WebSocket over TLS and says back what it hears. @returns its address */
async function startSecureOrigin(t: Scope, { cert, key }: MadeCertificate): Promise<string> {
  const server = createTlsServer({ cert, key }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(switching())
      socket.on('data', (chunk) => socket.write(chunk))
    })
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `127.0.0.1:${(server.address() as { port: number }).port}`
}

t.test('a request without a key is not sent anywhere', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const { open } = await laneWorld(t)
  for (const key of ['', 'short==', ['dGhlIHNhbXBsZSBub25jZQ==', 'dGhlIHNhbXBsZSBub25jZQ==']])
    await t.rejects(open(origin.address, { fields: { 'Sec-WebSocket-Key': key } }), { code: 'BAD_MESSAGE', row: { status: 400 } })
  t.equal(origin.connections.length, 0)
})

t.test('a peer may be spoken to over TLS, under the name of the request', async (t) => {
  const { ca, made } = madeCertificate(t)
  const address = await startSecureOrigin(t, made)
  const { openTunnel, files, client, clientGot } = await laneWorld(t)
  files.texts.set('ca.pem', ca)
  await openTunnel(address, { hop: { scheme: 'https', tls: TLS } })
  client.write('over TLS')
  await clientGot(/over TLS$/)
})

t.test('a peer whose certificate is not good is not spoken to', async (t) => {
  const { ca, made } = madeCertificate(t)
  const address = await startSecureOrigin(t, made)
  const bad = {
    'signed by nobody we know': { tls: { ...TLS, caFile: null } },
    'for another name': { tls: { ...TLS, serverName: 'other.example' } },
    'a file that is not there': { tls: { ...TLS, caFile: 'gone.pem' } },
  }
  for (const [name, hop] of Object.entries(bad)) {
    const { open, files, clock, server, switched } = await laneWorld(t)
    files.texts.set('ca.pem', ca)
    await t.rejects(open(address, { hop: { scheme: 'https', ...hop } }), { code: 'UPSTREAM_CONNECT' }, name)
    t.same([clock.pending, server.destroyed, switched.length], [0, false, 0])
  }
  const { openTunnel } = await laneWorld(t)
  await openTunnel(address, { hop: { scheme: 'https', tls: { ...TLS, caFile: null, verify: 'off' } } })
})

t.test('who signs is read again when a certificate was not good', async (t) => {
  const { ca, made } = madeCertificate(t)
  const address = await startSecureOrigin(t, made)
  const { open, openTunnel, files } = await laneWorld(t)
  files.texts.set('ca.pem', rootCertificates[0]!)
  await t.rejects(open(address, { hop: { scheme: 'https', tls: TLS } }), { code: 'UPSTREAM_CONNECT' })
  files.texts.set('ca.pem', ca)
  await openTunnel(address, { hop: { scheme: 'https', tls: TLS } })
})

t.test('a peer may be a path of this machine', async (t) => {
  const path = join(tempDir(t), 'origin.sock')
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (head) => {
      socket.write(switching())
      socket.write(String(head).split('\r\n')[0]!)
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.teardown(() => server.close())
  const { openTunnel, clientGot } = await laneWorld(t)
  await openTunnel(`unix:${path}`)
  await clientGot(/GET \/live HTTP\/1.1$/)
})

t.test('open tunnels are counted, and ended when the lane is closed', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }) => socket.write(switching()))
  const { lane, metrics, openTunnel } = await laneWorld(t)
  const open = () => metrics.value('weir_tunnels')
  const first = await openTunnel(origin.address)
  t.equal(open(), 1)
  const other = await laneWorld(t)
  await t.rejects(other.open('127.0.0.1:1'), { code: 'UPSTREAM_CONNECT' })
  t.equal(other.metrics.value('weir_tunnels'), 0, 'what was not opened is no tunnel')
  lane.close()
  t.match(await first.ended, { reason: 'closed-here' })
  await until(() => open() === 0, { what: 'no tunnel', everyMs: 1 })
})
