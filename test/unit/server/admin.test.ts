import t from 'tap'
import { createSlab } from '../../../edge/base/metrics.ts'
import type { ControlSource } from '../../../edge/config/control-source.ts'
import type { Loader } from '../../../edge/config/loader.ts'
import { Admin } from '../../../edge/server/admin.ts'
import type { AuditDesk } from '../../../edge/server/audit-desk.ts'
import type { Supervisor } from '../../../edge/server/supervisor.ts'
import { rawExchange, request } from '../../support/http-client.ts'
import type { Scope } from '../../support/scope.ts'
import { testPorts, toldOf } from './toy-worker.ts'

const ALONE = { fd: null, sharing: 'alone' } as const

async function start(
  t: Scope,
  more: { told?: number | null; serving?: number; explain?: () => unknown; audits?: AuditDesk; workers?: readonly object[] } = {},
) {
  const { ports, log } = testPorts()
  const slab = createSlab()
  const ownView = { slab, series: [{ name: 'weir_workers', labels: [], slot: 20 }], ended: false } as const
  new Float64Array(slab)[20] = 2
  const told = more.told === null ? null : toldOf(more.told ?? 7)
  const admin = new Admin({
    ports,
    loader: { told } as Loader,
    supervisor: { serving: more.serving ?? 2, pressure: 3, views: () => [], workers: more.workers ?? [] } as unknown as Supervisor,
    audits: more.audits,
    health: { reading: () => ({ health: 'healthy', last: null }) },
    control: { connected: true } as ControlSource,
    ownView: () => ownView,
    explain: more.explain ?? ((_told: unknown, query: URLSearchParams) => ({ asked: query.get('url') })),
  } as unknown as ConstructorParameters<typeof Admin>[0])
  t.teardown(() => admin.close())
  const port = Number(new URL(await admin.listen('127.0.0.1:0', ALONE)).port)
  return { admin, port, log, get: (path: string, method = 'GET') => request({ port, path, method }) }
}

t.test('it lives as soon as it listens, is ready when workers serve, and no longer once it drains', async (t) => {
  const { admin, get } = await start(t)
  t.equal((await get('/livez')).status, 200)
  t.match(await get('/readyz'), { status: 503, text: 'starting\n' })
  admin.ready()
  t.match(await get('/readyz'), { status: 200, text: 'ready\n' })
  admin.draining()
  t.match(await get('/readyz'), { status: 503, text: 'draining\n' })
  t.equal((await get('/livez')).status, 200)
})

t.test('an edge whose workers are all gone is not ready', async (t) => {
  const { admin, get } = await start(t, { serving: 0 })
  admin.ready()
  t.match(await get('/readyz'), { status: 503, text: 'no worker serves\n' })
})

t.test('metrics are in the exposition format', async (t) => {
  const { get } = await start(t)
  const page = await get('/metrics')
  t.equal(page.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  t.match(page.text, /^weir_workers 2$/m)
})

t.test('the snapshot says what is served, and that nothing is yet', async (t) => {
  const page = await (await start(t)).get('/debug/snapshot')
  t.match(JSON.parse(page.text), { revision: 7, workers: 2, pressure: 3, controlConnected: true })
  const none = await start(t, { told: null })
  t.equal((await none.get('/debug/snapshot')).status, 503)
  t.equal((await none.get('/debug/why?url=/')).status, 503)
})

t.test('why is asked with the query', async (t) => {
  const page = await (await start(t)).get('/debug/why?url=http://shop.example/a%3Fb')
  t.same(JSON.parse(page.text), { asked: 'http://shop.example/a?b' })
})

t.test('a page that cannot be made is one answer lost, logged, and the port serves on', async (t) => {
  const { get, log } = await start(t, {
    explain: () => {
      throw new TypeError('bug')
    },
  })
  t.equal((await get('/debug/why?url=/')).status, 500)
  t.match(log.of('admin-page-failed'), [{ cause: 'TypeError: bug' }])
  t.equal((await get('/livez')).status, 200)
})

t.test('nothing is changed here: other methods get 405, other paths 404, HEAD the head', async (t) => {
  const { get } = await start(t)
  t.equal((await get('/livez', 'POST')).status, 405)
  t.equal((await get('/nothing')).status, 404)
  const head = await get('/livez', 'HEAD')
  t.match(head, { status: 200, text: '', headers: { 'content-length': '6', 'cache-control': 'no-store' } })
})

t.test('garbage is refused and ends nothing', async (t) => {
  const { port, get } = await start(t)
  t.match((await rawExchange(port, '\x00\x01 garbage\r\n\r\n')).toString(), /^HTTP\/1\.1 400/)
  t.equal((await get('/livez')).status, 200)
})

t.test('an address that is taken is LISTEN_FAILED', async (t) => {
  const { port } = await start(t)
  const { ports } = testPorts()
  const other = new Admin({ ports } as ConstructorParameters<typeof Admin>[0])
  await t.rejects(other.listen(`127.0.0.1:${port}`, ALONE), {
    code: 'LISTEN_FAILED',
    detail: { listen: `127.0.0.1:${port}`, reason: 'EADDRINUSE' },
  })
})

t.test('two that share their port, or one socket, answer side by side', async (t) => {
  const { ports } = testPorts()
  const parts = { ports } as ConstructorParameters<typeof Admin>[0]
  const [first, second] = [new Admin(parts), new Admin(parts)]
  t.teardown(() => Promise.all([first.close(), second.close()]))
  const shared = { fd: null, sharing: 'shared' } as const
  t.equal(first.fd, null)
  const url = await first.listen('127.0.0.1:0', shared)
  t.equal(await second.listen(url.replace('http://', ''), shared), url)
  t.ok(first.fd !== null && second.fd !== null && first.fd !== second.fd)
})

t.test('an address in brackets comes back in brackets', async (t) => {
  const { ports } = testPorts()
  const admin = new Admin({ ports } as ConstructorParameters<typeof Admin>[0])
  t.teardown(() => admin.close())
  t.match(await admin.listen('[::1]:0', ALONE), /^http:\/\/\[::1\]:\d+$/)
})

t.test('pools are asked of the workers, and added up with what checks say', async (t) => {
  const asked: (string | null)[] = []
  const peer = { address: 'a:1', standing: 'in service', inFlight: 1, tunnels: 0, consecutiveFailures: 0, latencyMs: null }
  const pools = async (pool: string | null) => {
    asked.push(pool)
    return [{ pool: 'shop', panic: false, of: 1, usable: 1, peers: [peer] }]
  }
  const { get } = await start(t, { workers: [{ pools }, { pools }] })
  const { text } = await get('/debug/pools?pool=shop')
  t.match(JSON.parse(text), { pools: [{ pool: 'shop', peers: [{ address: 'a:1', inFlight: 2, check: { health: 'healthy' } }] }] })
  await get('/debug/pools')
  t.same(asked, ['shop', 'shop', null, null])
})

t.test('what came of mirrors is asked of the workers, and added up', async (t) => {
  const reading = { route: 'all', pool: 'next', inFlight: 1, outcomes: { same: 2 }, differences: {}, examples: [] }
  const workers = [{ mirrors: async () => [reading] }, { mirrors: async () => [reading] }]
  const { get } = await start(t, { workers })
  t.match(JSON.parse((await get('/debug/mirrors')).text), { mirrors: [{ route: 'all', inFlight: 2, outcomes: { same: 4 } }] })
})
