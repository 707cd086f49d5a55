// Floods: addresses, variants and lists of Vary without end, each new. They may cost the origin what any miss costs; they may not take memory without
// bound, and not the pages that people come back for.

import t from 'tap'
import { startEdge, type TestEdge } from '../support/edge.ts'
import { request } from '../support/http-client.ts'
import { startOrigin } from '../support/origin.ts'
import { until } from '../support/until.ts'

const L1_BYTES = 2 * 1024 * 1024
const PAGE_BYTES = 8_000
const KEPT = { 'Cache-Control': 'public, max-age=600' }
const MAX_VARIANTS = 8
const BROWSER = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }

const origin = await startOrigin(t, { headers: KEPT, body: 'x'.repeat(PAGE_BYTES) })
origin.on('/vary', { headers: { ...KEPT, Vary: 'X-Seed' }, body: 'varies' })
origin.on('/varies-by-all', { headers: { ...KEPT, Vary: '*' }, body: 'varies' })
origin.on('/varies-by-many', { headers: { ...KEPT, Vary: Array.from({ length: 17 }, (_, i) => `X-${i}`).join() }, body: 'varies' })
origin.on('/varies-by-long', { headers: { ...KEPT, Vary: `X-${'a'.repeat(127)}` }, body: 'varies' })
origin.on('/varies-anew', ({ headers }) => ({ headers: { ...KEPT, Vary: `X-${String(headers['x-seed'])}` }, body: 'varies' }))

const setup = {
  site: {
    pools: { origin: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
    routes: { all: { pool: 'origin', cache: { maxVariants: MAX_VARIANTS } } },
  },
  bootstrap: { l1MaxBytes: L1_BYTES },
}
const edge = await startEdge(t, setup)

const ask = (path: string, headers: Readonly<Record<string, string>> = {}, port = edge.port) =>
  request({ port, path, headers: { ...BROWSER, ...headers } })

async function flood(count: number, asking: (at: number) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < count; at += 20) await Promise.all(Array.from({ length: 20 }, (_, i) => asking(at + i)))
}

/** How much is kept, once that is so much at least: it is told once a second. */
function entriesOf(told: TestEdge, least: number): Promise<number> {
  const read = async () => {
    const entries = await told.metric('weir_l1_entries')
    return entries >= least ? entries : 0
  }
  return until(read, { what: `${least} entries` })
}

/** Of so many variants of a page, how many are kept: who takes nothing else is answered with 504 where there is none. */
async function variantsKept(path: string, count: number): Promise<number> {
  let kept = 0
  await flood(count, async (at) => {
    const { status } = await ask(path, { 'X-Seed': `${at}`, 'Cache-Control': 'only-if-cached' })
    if (status !== 504) kept += 1
  })
  return kept
}

t.test('invented addresses fill no more than the room there is, and leave the page that is asked for', async (t) => {
  for (let i = 0; i < 5; i++) await ask('/hot')
  await flood(2_000, (at) => ask(`/page?bust=${at}`))
  const entries = await entriesOf(edge, 10)
  const bytes = await edge.metric('weir_l1_bytes')
  t.ok(bytes <= L1_BYTES, `${bytes} bytes`)
  t.ok(entries <= L1_BYTES / PAGE_BYTES, `${entries} entries`)
  const asked = origin.count('/hot')
  await ask('/hot')
  t.equal(origin.count('/hot'), asked)
})

t.test('an address too long for a key is asked of the origin each time, and counted', async (t) => {
  const path = `/long?${'x'.repeat(5_000)}`
  for (const answer of [await ask(path), await ask(path)]) t.notMatch(answer.headers['cache-status'], /stored/)
  t.equal(origin.count('/long'), 2)
  t.equal(await edge.metric('weir_cache_lookups_total', { outcome: 'bypass-key' }), 2)
})

t.test('of variants without end some are kept', async (t) => {
  await flood(200, (at) => ask('/vary', { 'X-Seed': `${at}` }))
  const kept = await variantsKept('/vary', 200)
  t.ok(kept > 0 && kept <= MAX_VARIANTS, `${kept} variants`)
})

t.test('a variant of many bytes is not kept', async (t) => {
  const seed = { 'X-Seed': 'x'.repeat(5_000) }
  const asked = origin.count('/vary')
  await ask('/vary', seed)
  await ask('/vary', seed)
  t.equal(origin.count('/vary'), asked + 2)
})

t.test('what varies by everything, by too many fields, or by what is no name, is not kept', async (t) => {
  for (const path of ['/varies-by-all', '/varies-by-many', '/varies-by-long']) {
    await ask(path)
    await ask(path)
    t.equal(origin.count(path), 2, path)
  }
})

t.test('a Vary that is new each time leaves one entry at most', async (t) => {
  const fresh = await startEdge(t, setup)
  await flood(100, (at) => ask('/varies-anew', { 'X-Seed': `${at}` }, fresh.port))
  await ask('/hot', {}, fresh.port)
  t.equal(await entriesOf(fresh, 2), 2, 'it, and the page that was asked for last')
})
