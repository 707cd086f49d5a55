import { writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { publish, SITE, startTestControl } from './api/test-control.ts'
import { TestEdge } from './api/test-edge.ts'

t.test('a restart keeps revisions, switches, tokens and the audit', async (t) => {
  const stateDir = tempDir(t)
  const first = await startTestControl(t, { stateDir }, 1)
  await publish(first)
  await publish(first, { ...SITE, name: 'second' })
  await first.call({
    method: 'PUT',
    path: '/v1/switches/sale',
    body: { routes: [], clients: 'all', mode: 'closed', reason: 'x', forMs: 60_000 },
  })
  await first.close()

  const again = await startTestControl(t, { stateDir }, 2)
  t.equal(again.firstToken, null, 'the first token is shown once')
  t.equal(again.firstEdgeToken, null)
  const token = first.firstToken
  t.match(await again.call({ path: '/v1/site', token }), { status: 200, json: { revision: 2, site: { name: 'second' } } })
  t.match(await again.call({ path: '/v1/switchboard', token }), { json: { seq: 1, switches: [{ id: 'sale' }] } })
  t.equal((await again.call({ path: '/v1/audit', token })).json.audit.length, 5)
  t.equal((await again.call({ path: '/v1/site', token: first.edgeToken })).status, 401, 'a token of the process ended with it')
})

t.test('a site file is the first revision when there is none yet, and only then', async (t) => {
  const folder = tempDir(t)
  const site = join(folder, 'site.yaml')
  writeFileSync(site, 'name: from file\n')
  const first = await startTestControl(t, { stateDir: join(folder, 'state'), site })
  t.match(await first.call({ path: '/v1/site' }), { json: { revision: 1, author: 'weir', site: { name: 'from file' } } })
  await first.close()
  writeFileSync(site, 'name: edited\n')
  const again = await startTestControl(t, { stateDir: join(folder, 'state'), site }, 2)
  t.match(await again.call({ path: '/v1/site', token: first.firstToken }), { json: { revision: 1, site: { name: 'from file' } } })
})

t.test('a site file that is missing or not valid is refused, and says where', async (t) => {
  const site = join(tempDir(t), 'site.yaml')
  await t.rejects(startTestControl(t, { site }), { code: 'CONFIG_UNREADABLE', detail: { path: site } })
  writeFileSync(site, 'routes:\n  cart:\n    pool: none\n')
  await t.rejects(startTestControl(t, { site }), {
    code: 'CONFIG_INVALID',
    detail: { problems: [{ pointer: '/routes/cart/pool', line: 3 }] },
  })
})

t.test('a database that is damaged is refused with a sentence', async (t) => {
  const stateDir = tempDir(t)
  writeFileSync(join(stateDir, 'control.db'), 'no database '.repeat(500))
  await t.rejects(startTestControl(t, { stateDir }), { code: 'CONFIG_UNREADABLE', detail: { reason: /damaged/ } })
})

t.test('an address that is taken is refused, and the state folder is free again', async (t) => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(() => taken.close())
  const listen = `127.0.0.1:${(taken.address() as { port: number }).port}`
  const stateDir = tempDir(t)
  await t.rejects(startTestControl(t, { stateDir, listen }), {
    code: 'LISTEN_FAILED',
    detail: { address: listen },
    cause: { code: 'EADDRINUSE' },
  })
  t.ok((await startTestControl(t, { stateDir })).firstToken, 'and nobody has missed the first token')
})

t.test('a closed control plane leaves no timer behind', async (t) => {
  const control = await startTestControl(t)
  await control.close()
  t.equal(control.clock.pending, 0)
})

t.test('what discovery finds is stored, sent to edges and shown, and stands after a restart without Consul', async (t) => {
  const instance = { Node: { Address: '10.0.0.1' }, Service: { ID: 'a', Address: '', Port: 80, Weights: { Passing: 3 } } }
  const consul = createHttpServer((request, response) => {
    // The first question is answered at once, the ones that wait for a change never.
    if (request.url?.includes('index=')) return
    response.writeHead(200, { 'content-type': 'application/json', 'x-consul-index': '7', 'x-consul-knownleader': 'true' })
    response.end(JSON.stringify([instance]))
  })
  await new Promise<void>((resolve) => consul.listen(0, '127.0.0.1', resolve))
  t.teardown(() => consul.closeAllConnections())
  t.teardown(() => consul.close())
  const url = `http://127.0.0.1:${(consul.address() as { port: number }).port}`
  const stateDir = tempDir(t)
  const first = await startTestControl(t, { stateDir, consul: { url, waitMs: 10_000, tokens: [], maxConnections: 150 } })
  const edge = await TestEdge.connect(t, { port: first.port, token: first.edgeToken, edgeId: 'e1' })
  await publish(first, { ...SITE, pools: { origin: { discover: { service: 'shop' } } } })
  const found = await until(
    () => {
      first.clock.advance(10)
      return edge.messages.find((message) => message.type === 'endpoints' && message.endpoints.seq > 0)
    },
    { what: 'the endpoints to reach the edge' },
  )
  t.match(found, { endpoints: { services: [{ service: 'shop', peers: [{ address: '10.0.0.1:80', weight: 3 }] }] } })
  t.match((await first.call({ path: '/v1/endpoints' })).json, {
    services: [{ service: 'shop' }],
    reports: [{ service: 'shop', peers: 1, index: '7' }],
  })
  await first.close()

  const again = await startTestControl(t, { stateDir }, 2)
  const shown = await again.call({ path: '/v1/endpoints', token: first.firstToken })
  t.match(shown.json, { services: [{ service: 'shop', peers: [{ address: '10.0.0.1:80' }] }] })
})
