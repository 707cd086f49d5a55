import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import type { AuditProgress, AuditShare } from '../../../edge/contract/audit.ts'
import type { Switchboard } from '../../../edge/contract/switchboard.ts'
import { audit } from '../../../edge/pipeline/audit.ts'
import { NOBODY } from '../../../edge/pipeline/nobody.ts'
import { Line, type LineOptions } from '../../support/exchange-maker.ts'
import { MemoryBlobs } from '../../support/memory-blobs.ts'

const SITE = {
  pools: { shop: { peers: [{ address: '127.0.0.1:1001' }] } },
  routes: { all: { path: '/*', pool: 'shop' }, live: { path: '/live/*', pool: 'shop' } },
}
const page = (body: string, more: Record<string, string> = {}) => ({
  body,
  headers: { 'cache-control': 'max-age=60', etag: '"1"', ...more },
})

async function filled(targets: readonly string[], options: LineOptions = {}) {
  const line = new Line(SITE, options)
  line.upstream.will(page('kept'))
  for (const target of targets) await line.ask({ target })
  line.upstream.sent.length = 0
  return line
}

function run(line: Line, terms: Partial<AuditShare> = {}, wanted = new Abort()) {
  const share = { sample: 100, ratePerS: 1_000_000, fix: 'no', worker: 0, workers: 1, deadlineMs: 60_000, ...terms } as const
  const told: AuditProgress[] = []
  const begin = (incoming: ReturnType<Line['exchange']>['incoming'], heeded: Abort) => ({
    ...line.exchange(),
    incoming,
    wanted: heeded,
    reply: NOBODY,
  })
  const { memory, tools, snapshot } = line
  return { told, report: audit(share, { memory, tools, snapshot, begin, told: (progress) => told.push(progress), wanted }) }
}

t.test('what is kept is asked for without conditions, nothing is stored, and groups are told', async (t) => {
  const line = await filled(['/1', '/2', '/live/1'])
  const { report, told } = run(line)
  t.match(await report, {
    ended: 'whole',
    groups: [
      { route: 'all', host: 'shop.example', held: 2, sampled: 2, verdicts: { same: 2 } },
      { route: 'live', held: 1, sampled: 1, verdicts: { same: 1 } },
    ],
  })
  t.same(told.at(-1), { done: 3, of: 3, drifted: 0 })
  t.equal(line.upstream.sent.length, 3)
  for (const { fields } of line.upstream.sent) t.notOk(fields.has('if-none-match') || fields.has('if-modified-since'))
  t.equal(line.atPeers, 0)
})

t.test('drift is found, and forgotten where that is wanted', async (t) => {
  const line = await filled(['/1', '/2'])
  line.upstream.will((sent) => (sent.target === '/1' ? page('new') : page('kept')))
  t.match((await run(line).report).groups, [{ verdicts: { same: 1, content: 1 }, fixed: 0, examples: [{ url: 'http://shop.example/1' }] }])
  t.same(line.forgotten, [])
  t.match((await run(line, { fix: 'yes' }).report).groups, [{ verdicts: { content: 1 }, fixed: 1 }])
  t.same(line.forgotten, ['http://shop.example/1'])
  t.match((await run(line).report).groups, [{ held: 1, verdicts: { same: 1, content: 0 } }])
})

t.test('an origin that fails says nothing, and nothing is forgotten', async (t) => {
  const line = await filled(['/1', '/2'])
  line.upstream.will({ fault: 'UPSTREAM_CONNECT' })
  t.match((await run(line, { fix: 'yes' }).report).groups, [{ verdicts: { error: 2 }, fixed: 0 }])
  line.upstream.will({ status: 503 })
  t.match((await run(line, { fix: 'yes' }).report).groups, [{ verdicts: { error: 2 }, fixed: 0 }])
  t.same(line.forgotten, [])
  t.equal(line.atPeers, 0)
})

t.test('an answer that may not be kept any more is drift', async (t) => {
  const line = await filled(['/1'])
  line.upstream.will(page('kept', { 'cache-control': 'private' }))
  t.match((await run(line).report).groups, [{ verdicts: { uncacheable: 1 } }])
})

t.test('what is out of date, and what nobody may ask for now, is skipped with its reason', async (t) => {
  const line = await filled(['/1'])
  line.pressure.level = 1
  t.match((await run(line).report).groups, [{ skipped: { overload: 1 } }])
  line.pressure.level = 0
  line.clock.advance(61_000)
  t.match((await run(line).report).groups, [{ held: 1, sampled: 1, skipped: { stale: 1 } }])
  t.equal(line.upstream.sent.length, 0)
})

t.test('what was replaced while its origin was asked is not spoken of', async (t) => {
  const line = await filled(['/1'])
  line.upstream.will(() => {
    line.memory.delete('http://shop.example/1')
    return page('new')
  })
  t.match((await run(line, { fix: 'yes' }).report).groups, [{ verdicts: { content: 0 }, skipped: { left: 1 }, fixed: 0 }])
})

t.test('workers share keys and sample out between them', async (t) => {
  const line = await filled(Array.from({ length: 40 }, (_, i) => `/${i}`))
  const parts = await Promise.all([0, 1, 2].map((worker) => run(line, { worker, workers: 3, sample: 10 }).report))
  t.equal(
    parts.flatMap(({ groups }) => groups).reduce((sum, { held }) => sum + held, 0),
    40,
  )
  t.same(
    parts.map(({ groups }) => groups[0]!.sampled),
    [4, 3, 3],
  )
  const asked = line.upstream.sent.map(({ target }) => target)
  t.equal(new Set(asked).size, 10, 'and none is asked for twice')
})

t.test('it keeps its pace, and ends when nobody wants it or when it takes too long', async (t) => {
  const line = await filled(['/1', '/2', '/3'])
  const wanted = new Abort()
  const slow = run(line, { ratePerS: 1 }, wanted)
  const late = run(line, { ratePerS: 1, deadlineMs: 500 })
  for (let i = 0; i < 100; i++) await Promise.resolve()
  t.equal(line.upstream.sent.length, 2, 'the first of each')
  line.clock.advance(500)
  t.match(await late.report, { ended: 'late', groups: [{ held: 3, sampled: 1 }] })
  wanted.abort()
  t.match(await slow.report, { ended: 'stopped', groups: [{ held: 3, sampled: 1 }] })
})

t.test('an origin that says nothing is given up, and the audit goes on', async (t) => {
  const line = await filled(['/1'])
  line.upstream.will('silence')
  const { report } = run(line)
  for (let i = 0; i < 100; i++) await Promise.resolve()
  line.clock.advance(30_000)
  t.match((await report).groups, [{ verdicts: { error: 1 } }])
})

t.test('what was purged is not compared, and what may only be validated is stale', async (t) => {
  const line = await filled(['/1', '/2', '/3'])
  const url = (path: string) => `http://shop.example${path}`
  line.fence.table.add({ seq: 1, order: { by: 'url', url: url('/1'), mode: 'hard', againAfterMs: 0 } })
  line.fence.table.add({ seq: 2, order: { by: 'url', url: url('/2'), mode: 'soft', againAfterMs: 0 } })
  t.match((await run(line).report).groups, [{ verdicts: { same: 1 }, skipped: { purged: 1, stale: 1 } }])
})

t.test('where a switch keeps requests from the origin, an audit asks nothing either', async (t) => {
  const standing = { owner: 'ops', reason: 'load', setAtMs: 1, expiresAtMs: Date.UTC(2030, 0, 1) }
  const switchboard: Switchboard = {
    seq: 1,
    switches: [{ id: 's', routes: [], clients: 'all', mode: 'cache-only', ...standing }],
    overrides: [],
  }
  const line = await filled(['/1'])
  line.snapshot = new Line(SITE, { switchboard }).snapshot
  t.match((await run(line).report).groups, [{ skipped: { mode: 1 } }])
  t.equal(line.upstream.sent.length, 0)
})

t.test('what is called off in the middle says nothing', async (t) => {
  const line = await filled(['/1'])
  line.upstream.will('silence')
  const { pending } = line.clock
  const wanted = new Abort()
  const { report } = run(line, {}, wanted)
  for (let i = 0; i < 100; i++) await Promise.resolve()
  t.equal(line.upstream.sent.length, 1)
  wanted.abort()
  t.match(await report, { ended: 'stopped', groups: [{ sampled: 0, verdicts: { error: 0 } }] })
  t.equal(line.atPeers, 0)
  t.equal(line.clock.pending, pending + 1, 'no timer is left but that of the scripted origin')
})

t.test('the copy on disk of what drifted is forgotten too', async (t) => {
  const blobs = new MemoryBlobs()
  const line = new Line({ ...SITE, routes: { all: { path: '/*', pool: 'shop', degrade: { staticEveryMs: 1_000 } } } }, { blobs })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  line.upstream.will(page('kept'))
  await line.ask({ target: '/1' })
  await settled()
  t.equal(blobs.files.size, 1)
  line.upstream.will(page('new'))
  await run(line, { fix: 'yes' }).report
  await settled()
  t.equal(blobs.files.size, 0)
})
