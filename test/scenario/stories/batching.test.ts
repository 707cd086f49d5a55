// Twenty visitors ask for twenty items at once: the origin gets few bulk requests, and whatever those come to, each visitor gets his item.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { type OriginRequest, startOrigin } from '../../support/origin.ts'
import type { Scope } from '../../support/scope.ts'
import { cacheStatus, visit } from '../../support/visit.ts'

const VISITORS = 20
const HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=600' }
/** An item that only its own address has. */
const HIDDEN = 7

const itemOf = (id: string | number, from: string) => ({ id: Number(id), from, price: 19.9 })

function shop({ target }: OriginRequest) {
  const url = new URL(target, 'http://origin.test')
  if (url.pathname !== '/items') return { headers: { ...HEADERS, ETag: '"one"' }, body: JSON.stringify(itemOf(target.slice(6), 'alone')) }
  const ids = url.searchParams.get('ids')!.split(',')
  const items = ids.filter((id) => Number(id) !== HIDDEN).map((id) => itemOf(id, 'bulk'))
  return { headers: { ...HEADERS, ETag: '"bulk"' }, body: JSON.stringify({ items, total: 1_000 }) }
}

async function served(t: Scope) {
  const origin = await startOrigin(t, shop)
  const batch = { target: '/items?ids={ids}', itemsField: 'items', windowMs: 1_000, maxItems: 10, timeoutMs: 10_000 }
  const edge = await startEdge(t, {
    site: {
      pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
      routes: { item: { path: '/item/{id}', pool: 'shop', batch } },
    },
  })
  const crowd = async (first: number) => {
    const ids = Array.from({ length: VISITORS }, (_, i) => first + i)
    const answers = await Promise.all(ids.map((id) => visit(edge, `/item/${id}`)))
    return answers.map((answer, i) => ({ ...answer, id: ids[i]!, item: JSON.parse(answer.text) as ReturnType<typeof itemOf> }))
  }
  const alone = () => origin.requests.filter(({ target }) => target.startsWith('/item/')).map(({ target }) => target)
  return { origin, edge, crowd, alone }
}

t.test('twenty items at once are few requests, each visitor gets his own, and it is kept', async (t) => {
  const { origin, edge, crowd, alone } = await served(t)
  const answers = await crowd(100)
  t.same(
    answers.map(({ status, item }) => [status, item]),
    answers.map(({ id }) => [200, itemOf(id, 'bulk')]),
  )
  t.ok(origin.count('/items') <= 4, `${origin.count('/items')} bulk requests`)
  t.same(alone(), [])
  t.equal(await edge.metric('weir_batched_requests_total', { route: 'item' }), VISITORS)
  const again = await visit(edge, '/item/103')
  t.match(cacheStatus(again), /hit/)
  t.same(JSON.parse(again.text), itemOf(103, 'bulk'))
  t.notOk(again.headers.etag, 'the tag of the whole is none of its parts')
})

t.test('an item that no bulk answer has is asked for alone', async (t) => {
  const { crowd, alone } = await served(t)
  const answers = await crowd(0)
  for (const { id, status, item } of answers) t.same([status, item], [200, itemOf(id, id === HIDDEN ? 'alone' : 'bulk')])
  t.same(alone(), [`/item/${HIDDEN}`])
})

t.test('a bulk address that fails is no failure of anybody', async (t) => {
  const { origin, edge, crowd, alone } = await served(t)
  origin.on('/items', { status: 500, body: 'no' })
  const answers = await crowd(200)
  for (const { id, status, item } of answers) t.same([status, item], [200, itemOf(id, 'alone')])
  t.equal(alone().length, VISITORS)
  t.ok((await edge.metric('weir_batches_total', { route: 'item', outcome: 'refused' })) >= 1)
})
