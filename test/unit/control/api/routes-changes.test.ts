import t from 'tap'
import type { Scope } from '../../../support/scope.ts'
import { update } from '../changes/change-maker.ts'
import { publish, SITE, startTestControl, type TestControl } from './test-control.ts'
import { TestEdge } from './test-edge.ts'

const RULE = {
  table: 'shop.item',
  columns: ['id', 'slug', 'version'],
  versionFrom: 'version',
  purge: [{ tag: 'item-{id}' }, { url: 'https://shop.example/item/{slug}' }],
}
const row = (version: number, more: object = {}) => update({ id: '7', slug: 'a', version, ...more })

async function withRule(t: Scope): Promise<TestControl> {
  const control = await startTestControl(t)
  await publish(control, { ...SITE, changes: { item: RULE } })
  return control
}
const post = (control: TestControl, body: unknown, headers: Record<string, string> = {}, query = '') =>
  control.call({ method: 'POST', path: `/v1/changes${query}`, body, headers })
const purgesOf = async (control: TestControl) =>
  (await control.call({ path: '/v1/purges' })).json.purges.map(
    ({ order }: { order: { tag?: string; url?: string } }) => order.tag ?? order.url,
  )

t.test('one change, or a list of them, becomes purges in the name of who sent it', async (t) => {
  const control = await withRule(t)
  const token = await control.makeToken('canal', 'changes')
  const one = await control.call({ method: 'POST', path: '/v1/changes', body: row(1), token })
  t.match(one, { status: 200, json: { changes: [{ outcome: 'accepted', purges: 2 }], purgeSeq: 2 } })
  t.same(await purgesOf(control), ['https://shop.example/item/a', 'item-7'])
  const many = await post(control, [row(1), row(2), update({ id: '8' }), update({}, null, { table: 'x' }), 7])
  t.same(
    many.json.changes.map(({ outcome }: { outcome: string }) => outcome),
    ['ignored-older', 'accepted', 'invalid', 'no-rule', 'invalid'],
  )
  t.match(many.json.changes[2].problems, [{ pointer: '/data/0/slug', message: /no column "slug"/ }])
  t.match((await control.call({ path: '/v1/purges' })).json.purges, [
    { owner: 'first admin', reason: 'row change' },
    {},
    { owner: 'canal' },
    {},
  ])
  t.notMatch((await control.call({ path: '/v1/audit' })).text, /purge.append/, 'changes would flood the audit')
})

t.test('a replay leaves the purge log as it is', async (t) => {
  const control = await withRule(t)
  const events = [row(1), row(2, { slug: 'b' }), update({ id: '7', slug: 'b', version: 3 }, { slug: 'a' })]
  await post(control, events)
  const before = await control.call({ path: '/v1/purges' })
  t.match(await post(control, events), { status: 200, json: { purgeSeq: null } })
  for (const event of events.toReversed()) await post(control, event)
  t.same((await control.call({ path: '/v1/purges' })).json, before.json)
})

t.test('the answer waits for the edges and says how many hold the purge', async (t) => {
  const control = await withRule(t)
  const edge = await TestEdge.connect(t, { port: control.port, token: control.edgeToken, edgeId: 'e1', have: { purgeSeq: 0 } })
  const said = post(control, row(1), {}, '?waitMs=5000')
  const message = await edge.next('purge', ({ purges }) => purges.at(-1)?.seq === 2)
  t.match(message.purges, [
    { seq: 1, order: { by: 'tag', tag: 'item-7' } },
    { seq: 2, order: { by: 'url' } },
  ])
  edge.say({ type: 'ack', what: 'purge', seq: 2, atMs: 1 })
  t.match((await said).json, { purgeSeq: 2, edges: { acked: 1, of: 1 } })
})

t.test('a repeated request gets the first answer; its key with other changes is refused', async (t) => {
  const control = await withRule(t)
  const key = { 'idempotency-key': 'a-1' }
  const first = await post(control, row(1), key)
  t.notOk(first.headers['idempotency-replayed'])
  const again = await post(control, row(1), key)
  t.same(again.json, first.json)
  t.equal(again.headers['idempotency-replayed'], 'true')
  t.match(await post(control, row(2), key), { status: 422, json: { detail: /sent with other changes/ } })
  t.match(await post(control, row(1)), { json: { changes: [{ outcome: 'ignored-older' }] } }, 'without the key it is a replay')
  const other = await control.makeToken('another', 'changes')
  const theirs = await control.call({ method: 'POST', path: '/v1/changes', body: row(2), headers: key, token: other })
  t.match(theirs, { status: 200, json: { changes: [{ outcome: 'accepted' }] } }, 'keys belong to their token')
  t.equal((await post(control, row(3), { 'idempotency-key': 'a b' })).status, 400)
  t.equal((await post(control, row(3), { 'idempotency-key': 'x'.repeat(256) })).status, 400)
})

t.test('hostile bodies are refused, whatever is in them', async (t) => {
  const control = await withRule(t)
  const statusOf = async (body: unknown, headers = {}) => (await post(control, body, headers)).status
  for (const body of ['not JSON', '', '7', 'null', '"x"', '{"__proto__":{"a":1}}', `[${'0,'.repeat(1_000)}0]`])
    t.equal(await statusOf(body), 400, body.slice(0, 20))
  t.equal(await statusOf('<a/>', { 'content-type': 'text/xml' }), 415)
  t.equal(await statusOf(`[${' '.repeat(5 * 1024 * 1024)}]`), 413)
  t.equal(await statusOf('['.repeat(50_000)), 400)
  const deep = `[${'['.repeat(2_000)}${']'.repeat(2_000)}]`
  t.equal(await statusOf(deep, { 'idempotency-key': 'deep' }), 400)
  t.match(await post(control, deep), { status: 200, json: { changes: [{ outcome: 'invalid' }] } })
  const names = await post(
    control,
    `{"database":"shop","table":"item","type":"INSERT","data":[{"id":"1","slug":"a","toString":"x","version":1}]}`,
  )
  t.match(names, { json: { changes: [{ outcome: 'accepted' }] } })
  t.match(await post(control, []), { status: 200, json: { changes: [], purgeSeq: null } })
})

t.test('a row that would make a URL no edge takes is invalid, and its neighbours are purged', async (t) => {
  const control = await startTestControl(t)
  await publish(control, { ...SITE, changes: { item: { table: 'shop.item', purge: [{ url: 'https://shop.example/{slug}' }] } } })
  const answer = await post(control, [update({ slug: '..' }), update({ slug: 'a/../b?c#d' }), update({ slug: 'Käse' })])
  t.match(answer.json.changes, [{ outcome: 'invalid' }, { outcome: 'accepted' }, { outcome: 'accepted' }])
  t.match(await purgesOf(control), [/K%C3%A4se$/, /a%2F\.\.%2Fb%3Fc%23d$/])
})

t.test('a rule that names no column of its table is refused when it is published', async (t) => {
  const control = await startTestControl(t)
  const bad = await publish(control, { ...SITE, changes: { item: { ...RULE, purge: [{ tag: 'item-{idd}' }] } } })
  t.match(bad, { status: 422, json: { problems: [{ pointer: '/changes/item/purge/0/tag', message: /did you mean "id"/ }] } })
})

t.test('without a stream there is no standing and there are no dead letters', async (t) => {
  const control = await startTestControl(t)
  t.match(await control.call({ path: '/v1/changes' }), { status: 200, json: { stream: null } })
  t.match(await control.call({ path: '/v1/changes/dead-letters' }), { status: 404, json: { detail: /set "changes" in the bootstrap/ } })
  t.equal((await control.call({ path: '/v1/changes/dead-letters?before=x' })).status, 400)
  t.equal((await control.call({ method: 'POST', path: '/v1/changes/dead-letters/retry', body: { ids: ['x'] } })).status, 400)
})

t.test('a Redis that is away is told, and changes go on without it', async (t) => {
  const control = await startTestControl(t, { changes: { url: 'redis://127.0.0.1:1' } as never })
  await publish(control, { ...SITE, changes: { item: RULE } })
  t.match(await control.call({ path: '/v1/changes' }), { json: { stream: { name: 'weir:changes', state: 'down' } } })
  t.match(await control.call({ path: '/v1/changes/dead-letters' }), { status: 503, json: { type: 'urn:weir:away' } })
  t.match(await post(control, row(1)), { json: { changes: [{ outcome: 'accepted' }] } })
  t.match(await post(control, row(1)), { json: { changes: [{ outcome: 'ignored-older' }] } })
})
