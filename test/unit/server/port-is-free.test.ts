import { type AddressInfo, createServer } from 'node:net'
import t from 'tap'
import { portIsFree } from '../../../edge/server/port-is-free.ts'
import { freePort } from '../../support/free-port.ts'

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

t.test('any free port and a Unix socket are not asked about', async (t) => {
  await t.resolves(portIsFree('127.0.0.1:0'))
  await t.resolves(portIsFree('unix:/no/such/folder/socket'))
})

t.test('an address that is not ours is said to be so', async (t) => {
  await t.rejects(portIsFree('192.0.2.1:8080'), { code: 'LISTEN_FAILED', detail: { reason: 'EADDRNOTAVAIL' } })
})
