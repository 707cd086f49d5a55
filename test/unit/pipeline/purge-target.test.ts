import t from 'tap'
import { Line } from '../../support/exchange-maker.ts'

const SITE = {
  purge: { from: ['198.51.100.0/24'] },
  pools: { shop: { peers: [{ address: '127.0.0.1:1001' }] } },
  routes: { all: { path: '/*', pool: 'shop', methods: ['GET'], cache: { key: { dropQuery: ['utm'] } } } },
}

function ask(asking: object, site: object = SITE) {
  const line = new Line(site)
  return { line, served: line.ask({ method: 'PURGE', target: '/a?utm=1&b=2', ...asking }) }
}

t.test('a PURGE from an address that may lets go of its target, as the route of its GETs keeps it', async (t) => {
  const { line, served } = ask({})
  t.match(await served, { status: 200, text: /"purged":"http:\/\/shop.example\/a\?b=2"/ })
  t.equal(line.fence.table.verdict('http://shop.example/a?b=2', { fillSeq: 0, requestedAtMs: line.clock.wallMs(), tags: [] }), 'hard')
  t.same(line.forgotten, ['http://shop.example/a?b=2'], 'in Redis too')
})

t.test('it may be soft', async (t) => {
  const { line, served } = ask({ headers: { 'Soft-Purge': '1' } })
  await served
  t.equal(line.fence.table.verdict('http://shop.example/a?b=2', { fillSeq: 0, requestedAtMs: line.clock.wallMs(), tags: [] }), 'soft')
  t.same(line.forgotten, [])
})

t.test('from anywhere else it is refused, and purges nothing', async (t) => {
  const { line, served } = ask({ from: '203.0.113.9' })
  t.match(await served, { status: 403 })
  t.equal(line.fence.table.version, 1)
})

t.test('a site that takes none passes it on like any other method', async (t) => {
  const { line, served } = ask({}, { ...SITE, purge: { from: [] } })
  t.match(await served, { status: 405 })
  t.equal(line.fence.table.version, 1)
})
