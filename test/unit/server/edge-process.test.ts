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
    memoryBytes: 1024 ** 3,
    workerEntry: toyWorker(t),
    ownView: () => ({ slab: createSlab(), series: [], ended: false }),
    build: 'test',
    explain: () => null,
    given: null,
    blobs: null,
    controlToken: null,
    inherited: [],
    closeSocket: () => {},
    openDiscovery: () => {
      throw new Error('nothing is discovered here')
    },
    startSuccessor: () => ({ pid: 1, serving: Promise.resolve('none is started here'), end: () => {} }),
    ...more,
  }
  const running = await startEdgeProcess(parts)
  t.teardown(() => running.close('lost'))
  const admin = Number(new URL(running.adminUrl ?? '').port)
  const snapshot = async () =>
    JSON.parse((await request({ port: admin, path: '/debug/snapshot' })).text) as { revision: number; workers: number }
  return { running, admin, snapshot, ...world }
}

t.test('a site that came with the flags is served without a file or a control plane', async (t) => {
  const { running, snapshot, admin } = await start(t, { workers: 2 }, { given: siteTold(1) })
  t.same(running.urls, ['http://127.0.0.1:4321'])
  t.match(await snapshot(), { revision: 1, workers: 2 })
  t.equal((await request({ port: admin, path: '/readyz' })).status, 200)
  await running.close('asked')
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
  const { snapshot, running, log } = await start(t, { listen: 'unix:/tmp/weir-not-used.sock', workers: 4 }, { given: siteTold(1) })
  t.match(await snapshot(), { workers: 1 })
  t.same(running.urls, ['unix:/tmp/weir-not-used.sock'])
  t.match(log.of('fewer-workers'), [{ workers: 1, wanted: 4 }])
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

const TLS = { certificates: [{ certFile: 'c.pem', keyFile: 'k.pem' }] } as EdgeBootstrap['listeners'][number]['tls'] & object

t.test('every listener has its URL, and each port is looked at before anybody listens', async (t) => {
  const listeners = [{ address: '127.0.0.1:0', tls: TLS }, { address: '[::1]:0' }, { address: 'unix:/tmp/weir-not-used.sock' }]
  const { running } = await start(t, { listeners }, { given: siteTold(1) })
  t.same(running.urls, ['http://127.0.0.1:4321', 'https://127.0.0.1:4322', 'http://[::1]:4323', 'unix:/tmp/weir-not-used.sock'])
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const taken = `127.0.0.1:${(server.address() as AddressInfo).port}`
  await t.rejects(start(t, { listeners: [{ address: taken }] }, { given: siteTold(1) }), {
    code: 'LISTEN_FAILED',
    detail: { listen: taken },
  })
})

t.test('a socket that was handed over is dealt to a worker; its port is not looked at, and what nobody asks for is closed', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const listen = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const closed: number[] = []
  const inherited = [
    { name: 'other', fd: 70 },
    { name: encodeURIComponent(listen), fd: 71 },
  ]
  const more = { given: siteTold(1), inherited, closeSocket: (fd: number) => closed.push(fd) }
  const { log } = await start(t, { listen, workers: 1 }, more)
  t.same(closed, [70])
  t.match(log.of('socket-unclaimed'), [{ name: 'other' }])
  await t.rejects(start(t, { listen: 'fd:web' }, more), { code: 'LISTEN_FAILED', detail: { listen: 'fd:web' } })
})

t.test(
  'a successor gets the sockets of all workers and of the admin port; when it serves this one leaves the admin port to it',
  async (t) => {
    const started: { descriptors: readonly number[]; environment: Readonly<Record<string, string>> }[] = []
    const startSuccessor: EdgeProcessParts['startSuccessor'] = (descriptors, environment) => {
      started.push({ descriptors, environment })
      return { pid: 42, serving: Promise.resolve(null), end: () => {} }
    }
    const { running, admin } = await start(t, { workers: 2, drainDelayMs: 60_000 }, { given: siteTold(1), startSuccessor })
    t.equal(await running.upgrade(), true)
    t.same(started[0]?.descriptors.slice(0, 2), [100, 200], 'of the workers')
    t.equal(started[0]?.descriptors.length, 3)
    t.match(started[0]?.environment, { LISTEN_FDS: '3', LISTEN_FDNAMES: /^127\.0\.0\.1%3A0:127\.0\.0\.1%3A0:admin~/ })
    t.equal((await request({ port: admin, path: '/readyz' })).status, 200, 'nothing has changed yet')
    await running.close('replaced')
    await t.rejects(request({ port: admin, path: '/livez' }), { code: 'ECONNREFUSED' })
  },
)

t.test('a successor that does not serve changes nothing', async (t) => {
  const { running, admin, log } = await start(t, {}, { given: siteTold(1) })
  t.equal(await running.upgrade(), false)
  t.match(log.of('upgrade-failed'), [{ reason: 'none is started here' }])
  t.equal((await request({ port: admin, path: '/readyz' })).status, 200)
})

t.test('asked to end, it goes on for a while as before, and says at its admin port that it drains', async (t) => {
  const { running, admin, clock, snapshot } = await start(t, { drainDelayMs: 7_000 }, { given: siteTold(1) })
  const closing = running.close('asked')
  t.match(await request({ port: admin, path: '/readyz' }), { status: 503, text: 'draining\n' })
  t.match(await snapshot(), { workers: 1 })
  clock.advance(6_999)
  t.match(await snapshot(), { workers: 1 })
  clock.advance(1)
  await closing
  await t.rejects(request({ port: admin, path: '/livez' }), { code: 'ECONNREFUSED' })
})

t.test('beside an edge that shares its ports it answers at the admin port once it is ready, and not while it drains', async (t) => {
  const first = await start(t, { portSharing: 'allow', drainDelayMs: 7_000 }, { given: siteTold(1) })
  const bootstrap = { portSharing: 'allow', admin: `127.0.0.1:${first.admin}` } as const
  const second = await start(t, bootstrap, { given: siteTold(2) })
  t.equal(second.admin, first.admin)
  const closing = first.running.close('asked')
  await until(async () => (await second.snapshot()).revision === 2, { what: 'the second to answer' })
  for (let i = 0; i < 20; i += 1) t.match(await request({ port: first.admin, path: '/readyz' }), { status: 200 })
  first.clock.advance(7_000)
  await closing
})

t.test('one that loses a socket for good says so', async (t) => {
  const inherited = [{ name: 'web', fd: 77 }]
  const site = join(tempDir(t), 'site.yaml')
  writeFileSync(site, SITE)
  const { running, log } = await start(t, { listen: 'fd:web', site }, { inherited, workerEntry: toyWorker(t, { crashesAt: 2 }) })
  writeFileSync(site, SITE.replace('127.0.0.1:1', '127.0.0.1:2'))
  await running.reload()
  t.match(await running.lost, { code: 'LISTEN_FAILED', detail: { listen: 'fd:web' } })
  t.equal(log.of('worker-ended').length, 1)
})
