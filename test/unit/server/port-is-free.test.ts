import { existsSync, renameSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { portIsFree } from '../../../edge/server/port-is-free.ts'
import { freePort } from '../../support/free-port.ts'
import { tempDir } from '../../support/temp-dir.ts'

t.test('a port that somebody listens on is taken, even by one who would share it', async (t) => {
  const server = createServer()
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0, reusePort: true }, resolve))
  const listen = `127.0.0.1:${(server.address() as AddressInfo).port}`
  await t.rejects(portIsFree(listen), { code: 'LISTEN_FAILED', detail: { listen, reason: 'EADDRINUSE' } })
})

t.test('a port that nobody listens on is free, and stays so', async (t) => {
  const listen = `127.0.0.1:${await freePort()}`
  await t.resolves(portIsFree(listen))
  await t.resolves(portIsFree(listen))
})

t.test('any free port, and what is handed over, are not asked about', async (t) => {
  await t.resolves(portIsFree('127.0.0.1:0'))
  await t.resolves(portIsFree('fd:web'))
})

t.test('a Unix socket is taken when somebody answers there, not when a crash has left its file', async (t) => {
  const path = join(tempDir(t), 'a.sock')
  await t.resolves(portIsFree(`unix:${path}`))
  const server = createServer()
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(`${path}.bound`, resolve))
  renameSync(`${path}.bound`, path)
  await t.rejects(portIsFree(`unix:${path}`), { code: 'LISTEN_FAILED', detail: { listen: `unix:${path}`, reason: 'EADDRINUSE' } })
  await new Promise((resolve) => server.close(resolve))
  t.ok(existsSync(path))
  await t.resolves(portIsFree(`unix:${path}`))
})

t.test('an address that is not ours is said to be so', async (t) => {
  await t.rejects(portIsFree('192.0.2.1:8080'), { code: 'LISTEN_FAILED', detail: { reason: 'EADDRNOTAVAIL' } })
})
