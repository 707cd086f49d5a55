import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { createSlab } from '../../../edge/base/metrics.ts'
import type { Told } from '../../../edge/config/compile.ts'
import { LastGood } from '../../../edge/config/last-good.ts'
import { quickSite } from '../../../edge/config/quick-site.ts'
import type { EdgeBootstrap } from '../../../edge/contract/bootstrap.ts'
import { digestOf } from '../../../edge/contract/canonical-json.ts'
import { EMPTY_ENDPOINTS } from '../../../edge/contract/publication.ts'
import { EMPTY_SWITCHBOARD } from '../../../edge/contract/switchboard.ts'
import { type EdgeProcessParts, startEdgeProcess } from '../../../edge/server/edge-process.ts'
import { request } from '../../support/http-client.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { bootstrapOf } from './start-listener.ts'
import { testPorts, toyWorker } from './toy-worker.ts'

function siteTold(revision: number): Told {
  const quick = quickSite(['--to', 'http://127.0.0.1:1'])
  if (quick.kind !== 'run') throw new Error('the flags should stand for a site')
  return { revision, site: quick.site, switchboard: EMPTY_SWITCHBOARD, endpoints: EMPTY_ENDPOINTS }
}

const SITE = 'name: shop\npools:\n  web:\n    peers: [{ address: "127.0.0.1:1" }]\nroutes:\n  all: { path: "/*", pool: web }\n'

/** An edge process whose workers are toys. */
async function start(t: Scope, bootstrap: Partial<EdgeBootstrap>, more: Partial<EdgeProcessParts> = {}) {
  const world = testPorts()
  const parts: EdgeProcessParts = {
    bootstrap: bootstrapOf({ admin: '127.0.0.1:0', ...bootstrap }),
    ports: world.ports,
    workerEntry: toyWorker(t),
    ownView: () => ({ slab: createSlab(), series: [], ended: false }),
    build: 'test',
    explain: () => null,
    given: null,
    controlToken: null,
    ...more,
  }
  const running = await startEdgeProcess(parts)
  t.teardown(() => running.close())
  const admin = Number(new URL(running.adminUrl ?? '').port)
  const snapshot = async () =>
    JSON.parse((await request({ port: admin, path: '/debug/snapshot' })).text) as { revision: number; workers: number }
  return { running, admin, snapshot, ...world }
}

t.test('a site that came with the flags is served without a file or a control plane', async (t) => {
  const { running, snapshot, admin } = await start(t, { workers: 2 }, { given: siteTold(1) })
  t.equal(running.url, 'http://127.0.0.1:4321')
  t.match(await snapshot(), { revision: 1, workers: 2 })
  t.equal((await request({ port: admin, path: '/readyz' })).status, 200)
  await running.close()
  await t.rejects(request({ port: admin, path: '/livez' }), { code: 'ECONNREFUSED' })
})

t.test('a site file is served, read again when asked, and a bad one leaves the running one alone', async (t) => {
  const site = join(tempDir(t), 'site.yaml')
  writeFileSync(site, SITE)
  const { running, snapshot } = await start(t, { site })
  t.match(await snapshot(), { revision: 1 })
  writeFileSync(site, SITE.replace('127.0.0.1:1', '127.0.0.1:2'))
  await running.reload()
  t.match(await snapshot(), { revision: 2 })
  writeFileSync(site, 'routes: [')
  await running.reload()
  t.match(await snapshot(), { revision: 2 })
})

t.test('a site file that is not valid, or none at all, is a fault that says so', async (t) => {
  const site = join(tempDir(t), 'site.yaml')
  writeFileSync(site, 'name: shop\nroutes: 1\n')
  await t.rejects(start(t, { site }), { code: 'CONFIG_INVALID', detail: { file: site } })
  await t.rejects(start(t, {}), { code: 'CONFIG_UNREADABLE', detail: { reason: /there is no site/ } })
})

t.test('without its control plane an edge serves what was kept by an earlier run', async (t) => {
  const stateDir = tempDir(t)
  const world = testPorts()
  await new LastGood(stateDir, world.ports.files, world.log).keep(siteTold(42))
  const control = { url: 'http://127.0.0.1:1' }
  const { snapshot } = await start(t, { stateDir, control }, { controlToken: 'x'.repeat(16) })
  t.match(await snapshot(), { revision: 42 })
})

t.test('an edge that never heard of a site waits for its control plane, says so, and serves what it is told', async (t) => {
  const world = testPorts()
  let publish: (line: string) => void = () => {}
  const server: Server = createServer((message, response) => {
    message.on('error', () => {})
    publish = (line) => void response.write(`${line}\n`)
    response.flushHeaders()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const control = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  const starting = start(t, { control }, { controlToken: 'x'.repeat(16), ports: world.ports })
  await until(() => world.log.of('control-connected').length > 0, { what: 'the control plane to be heard' })
  world.clock.advance(5_000)
  t.equal(world.log.of('waiting-for-control').length, 1)
  const { site } = siteTold(9)
  publish(JSON.stringify({ type: 'publish', publication: { revision: 9, digest: digestOf(site), site } }))
  t.match(await (await starting).snapshot(), { revision: 9 })
})

t.test('a Unix socket has one worker, however many cores there are', async (t) => {
  const { snapshot, running } = await start(t, { listen: 'unix:/tmp/weir-not-used.sock', workers: 4 }, { given: siteTold(1) })
  t.match(await snapshot(), { workers: 1 })
  t.equal(running.url, 'unix:/tmp/weir-not-used.sock')
})

t.test('a port that is taken is refused, and shared when it may be', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const listen = `127.0.0.1:${(server.address() as AddressInfo).port}`
  await t.rejects(start(t, { listen }, { given: siteTold(1) }), { code: 'LISTEN_FAILED', detail: { listen } })
  const { snapshot } = await start(t, { listen, portSharing: 'allow' }, { given: siteTold(1) })
  t.match(await snapshot(), { revision: 1 })
})

t.test('a control plane without a token is a fault of the configuration', async (t) => {
  await t.rejects(start(t, { control: { url: 'http://127.0.0.1:1' } }), { code: 'CONFIG_INVALID', detail: { reason: /token/ } })
})
