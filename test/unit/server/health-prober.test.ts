import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { systemClock, systemTimers } from '../../../edge/base/system/clock.ts'
import { systemFiles } from '../../../edge/base/system/files.ts'
import { type HealthCheckConfig, HealthCheckSchema } from '../../../edge/contract/health.ts'
import type { CheckTarget } from '../../../edge/health/prober.ts'
import { HealthProber } from '../../../edge/server/health-prober.ts'
import { type Asked, startByteOrigin } from '../../support/byte-origin.ts'
import { TestAuthority } from '../../support/certificates.ts'
import { startOrigin } from '../../support/origin.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { accepted } from '../contract/accepts.ts'
import { startTlsOrigin } from '../upstream/tls-origin.ts'

const prober = new HealthProber({ clock: systemClock, timers: systemTimers, files: systemFiles })
const authority = new TestAuthority(t)
const certificate = authority.issue(['shop.example'])

function targetAt(address: string, check: Partial<HealthCheckConfig> = {}, more: Partial<CheckTarget> = {}): CheckTarget {
  const whole = accepted(HealthCheckSchema, { timeoutMs: 10_000, ...check })
  return { pool: 'shop', address, scheme: 'http', tls: { verify: 'on' }, check: whole, ...more }
}

const outcomeOf = async (target: CheckTarget) => (await prober.probe(target)).outcome

/** Probes an origin that answers with these bytes. */
async function answering(t: Scope, script: (asked: Asked) => void, check: Partial<HealthCheckConfig> = {}) {
  const origin = await startByteOrigin(t, script)
  return prober.probe(targetAt(`127.0.0.1:${origin.port}`, check))
}

t.test('a peer is asked for the path and host of its check, on a connection that is not kept', async (t) => {
  const origin = await startOrigin(t, { body: 'up and well' })
  const address = `127.0.0.1:${origin.port}`
  t.same(await prober.probe(targetAt(address, { path: '/up?deep=1', host: 'shop.example', body: 'and w' })), {
    outcome: 'passed',
    cause: '',
  })
  t.match(origin.requests[0], { method: 'GET', target: '/up?deep=1', headers: { host: 'shop.example', 'user-agent': 'weir-health-check' } })
  t.equal(await outcomeOf(targetAt(address, { method: 'HEAD' })), 'passed')
  t.match(origin.requests[1], { method: 'HEAD', target: '/', headers: { host: address } })
  t.equal(origin.connections, 2)
})

t.test('another status or another body is a failure that says so', async (t) => {
  const origin = await startOrigin(t, { status: 404, body: 'nothing here' })
  const address = `127.0.0.1:${origin.port}`
  t.same(await prober.probe(targetAt(address)), { outcome: 'status', cause: 'it answered 404' })
  t.equal(await outcomeOf(targetAt(address, { statuses: ['200', '400-404'] })), 'passed')
  t.match(await prober.probe(targetAt(address, { statuses: ['404'], body: 'all well' })), { outcome: 'body', cause: /12 bytes/ })
})

t.test('a peer that is not there cannot be connected to', async (t) => {
  const origin = await startOrigin(t)
  await origin.close()
  t.match(await prober.probe(targetAt(`127.0.0.1:${origin.port}`)), { outcome: 'connect', cause: /ECONNREFUSED/ })
  t.match(await prober.probe(targetAt(`127.0.0.1:${origin.port}`, { kind: 'tcp' })), { outcome: 'connect', cause: /ECONNREFUSED/ })
})

t.test('a peer that is silent, or trickles for ever, costs no more than the timeout', async (t) => {
  t.equal((await answering(t, () => {}, { timeoutMs: 100 })).outcome, 'timeout')
  const trickles = ({ socket }: Asked) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n')
    const timer = setInterval(() => socket.write('x'), 10)
    socket.on('close', () => clearInterval(timer))
  }
  t.equal((await answering(t, trickles, { timeoutMs: 200 })).outcome, 'timeout')
})

t.test('of an endless body no more than the bound is read, and it is judged by that', async (t) => {
  const endless = ({ socket }: Asked) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    const more = () => {
      while (!socket.destroyed && socket.write(`10000\r\n${'x'.repeat(0x1_0000)}\r\n`));
    }
    socket.on('drain', more)
    more()
  }
  t.equal((await answering(t, endless)).outcome, 'passed')
  t.match(await answering(t, endless, { body: 'well' }), { outcome: 'body', cause: /65536 bytes/ })
})

t.test('an answer that is no HTTP, lies about its length, or breaks off is broken', async (t) => {
  for (const bytes of ['220 mail.example ESMTP\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 11\r\n\r\n', '']) {
    t.equal((await answering(t, ({ socket }) => socket.end(bytes))).outcome, 'broken', JSON.stringify(bytes))
  }
  const cut = await answering(t, ({ socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nup'))
  t.equal(cut.outcome, 'broken')
})

t.test('over TLS the certificate must be good for the name', async (t) => {
  const origin = await startTlsOrigin(t, certificate, (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))
  const caFile = join(tempDir(t), 'ca.pem')
  writeFileSync(caFile, authority.ca)
  for (const kind of ['http', 'tcp'] as const) {
    const over = (host: string) => targetAt(origin.address, { kind, host }, { scheme: 'https', tls: { verify: 'on', caFile } })
    t.equal(await outcomeOf(over('shop.example')), 'passed', kind)
    t.equal(await outcomeOf(over('other.example')), 'connect', kind)
    const untrusting = { ...over('shop.example'), tls: { verify: 'on', caFile: join(caFile, 'missing') } as const }
    t.not(await outcomeOf(untrusting), 'passed', kind)
  }
})

t.test('a tcp check passes once the connection stands, and writes nothing', async (t) => {
  const origin = await startByteOrigin(t, () => {})
  t.equal(await outcomeOf(targetAt(`127.0.0.1:${origin.port}`, { kind: 'tcp' })), 'passed')
  t.same(origin.asked, [])
})

t.test('peers on a Unix socket are asked as localhost', async (t) => {
  const path = join(tempDir(t), 'peer.sock')
  const server = createServer((request, response) => response.end(request.headers.host))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.teardown(() => server.close())
  t.equal(await outcomeOf(targetAt(`unix:${path}`, { body: 'localhost' })), 'passed')
  t.equal(await outcomeOf(targetAt(`unix:${path}`, { kind: 'tcp' })), 'passed')
})
