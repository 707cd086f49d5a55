import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startShop } from '../../../demo/origin.ts'
import { request } from '../../support/http-client.ts'

t.test('an origin answers pages, HEAD without a body, and says who it is', async (t) => {
  const server = await startShop('origin-1', 0)
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const page = await request({ port, path: '/product/1' })
  t.match(page, { status: 200, headers: { 'x-origin': 'origin-1', 'cache-control': 'max-age=60' } })
  t.match(await request({ port, method: 'HEAD', path: '/product/1' }), { status: 200, text: '' })
  t.match(await request({ port, method: 'POST', path: '/cart/', body: 'x' }), { status: 200 })
})

t.test('a port that is taken is an error', async (t) => {
  const server = await startShop('origin-1', 0)
  t.teardown(() => server.close())
  await t.rejects(startShop('origin-2', (server.address() as AddressInfo).port), { code: 'EADDRINUSE' })
})
