import t from 'tap'
import { type ChangePlan, MAX_ORDERS, planChange } from '../../../../control/changes/plan-change.ts'
import { type RowChange, RowChangeSchema } from '../../../../edge/contract/changes.ts'
import { accepted } from '../../contract/accepts.ts'
import { ITEM_RULE, rulesOf, update } from './change-maker.ts'

const changeOf = (value: object): RowChange => accepted(RowChangeSchema, value)
const plan = (value: object, rules: object = { item: ITEM_RULE }) => planChange(changeOf(value), rulesOf(rules))
const rowsOf = (planned: ChangePlan) => {
  if (planned.kind !== 'planned') throw new Error(JSON.stringify(planned))
  return planned.rows
}
const textsOf = (planned: ChangePlan) =>
  rowsOf(planned).map(({ orders }) =>
    [...orders.values()].map((order) => ('tag' in order ? order.tag : 'url' in order ? order.url : order.by)),
  )
const versionOf = (value: object, rule: object = {}) => rowsOf(plan(value, { item: { ...ITEM_RULE, ...rule } }))[0]!.version

const ROW = { id: '7', slug: 'a', version: 3 }

t.test('what a row was and what it is are both purged, once', (t) => {
  t.same(textsOf(plan(update({ ...ROW, slug: 'b' }, { slug: 'a' }))), [
    ['item-7', 'https://shop.example/item/b', 'https://shop.example/item/a'],
  ])
  t.same(textsOf(plan(update(ROW, { price: 1 }))), [['item-7', 'https://shop.example/item/a']], 'a column that no template names')
  t.same(textsOf(plan(update({ ...ROW, slug: null }, { slug: 'a' }))), [['item-7', 'https://shop.example/item/a']])
  t.same(textsOf(plan(update({ ...ROW, slug: null }))), [['item-7']])
  t.end()
})

t.test('each row under each rule of its table', (t) => {
  const rules = {
    a: { table: 'shop.item', purge: [{ tag: 'a{id}' }], mode: 'soft', againAfterMs: 500 },
    b: { table: 'shop.*', purge: [{ tag: 'b' }] },
  }
  const planned = plan({ database: 'shop', table: 'item', type: 'DELETE', data: [{ id: 1 }, { id: 2 }] }, rules)
  t.same(textsOf(planned), [['a1'], ['a2'], ['b'], ['b']])
  t.same([...rowsOf(planned)[0]!.orders.values()], [{ by: 'tag', tag: 'a1', mode: 'soft', againAfterMs: 500 }])
  t.same(plan(update(ROW, null, { table: 'price' })), { kind: 'no-rule' })
  t.end()
})

t.test('a change is refused whole, with the place of what is missing', (t) => {
  const planned = plan({ database: 'shop', table: 'item', type: 'INSERT', data: [ROW, { id: 8, slgu: 'x' }] })
  t.match(planned, {
    kind: 'invalid',
    rule: 'item',
    problems: [{ pointer: '/data/1/slug', message: /no column "slug"; did you mean "slgu"\? \(rule item\)/ }],
  })
  const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown
  t.match(plan(update({ ...ROW, deep })), { kind: 'invalid', problems: [{ pointer: '/data', message: /nested too deeply/ }] })
  t.match(plan(update({ ...ROW, huge: Number.POSITIVE_INFINITY })), { kind: 'invalid' })
  t.end()
})

t.test('purges of one change are bounded', (t) => {
  const purge = Array.from({ length: 11 }, (_, i) => ({ tag: `t${i}-{id}` }))
  const data = (count: number) => Array.from({ length: count }, (_, id) => ({ id }))
  const rules = { item: { table: 'shop.item', purge } }
  const insert = { database: 'shop', table: 'item', type: 'INSERT' }
  t.equal(plan({ ...insert, data: data(909) }, rules).kind, 'planned')
  t.match(plan({ ...insert, data: data(1_000) }, rules), {
    kind: 'invalid',
    problems: [{ message: new RegExp(`more than ${MAX_ORDERS} purges`) }],
  })
  t.end()
})

t.test('the version comes from the column of the rule, else from the change', (t) => {
  t.match(versionOf(update(ROW)), { version: '3', rememberMs: 86_400_000 })
  t.equal(versionOf(update({ ...ROW, version: '2026-01-09 08:05:00' }))?.version, '2026-01-09 08:05:00')
  for (const version of [null, '', 'ä', 'x\ny', 'x'.repeat(65), {}])
    t.equal(versionOf(update({ ...ROW, version })), null, 'no version, so it purges')
  const { versionFrom: _, ...rest } = ITEM_RULE
  const bare = (more: object) => rowsOf(plan(update(ROW, null, more), { item: rest }))[0]!.version?.version
  t.equal(bare({ es: 17 }), '17')
  t.equal(bare({ es: 17, version: 'v1' }), 'v1')
  t.equal(bare({}), undefined)
  t.end()
})

t.test('a row is told from others by its key', (t) => {
  const rowOf = (row: object, more: object = {}, rule: object = {}) => versionOf(update({ ...ROW, ...row }, null, more), rule)?.row
  t.equal(rowOf({}), rowOf({ slug: 'z', version: 9 }))
  t.not(rowOf({}), rowOf({ id: '8' }))
  t.not(rowOf({}), rowOf({}, { table: 'item' }, { key: ['slug'] }))
  t.not(rowOf({}, { pkNames: ['slug'] }), rowOf({ slug: 'z' }, { pkNames: ['slug'] }))
  t.not(rowOf({ a: 'x', b: 'yz' }, { pkNames: ['a', 'b'] }), rowOf({ a: 'xy', b: 'z' }, { pkNames: ['a', 'b'] }))
  t.equal(versionOf(update({ slug: 'a', id: '1', version: 3 }), { key: ['missing'] }), null, 'without its key no version counts')
  t.end()
})

t.test('two changes of one version are told apart by all that they say', (t) => {
  const digest = (row: object, old: object | null = null, more: object = {}) => versionOf(update(row, old, more))?.digest
  t.equal(digest({ ...ROW, x: 1 }), digest({ x: 1, ...ROW }), 'the order of members means nothing')
  t.not(digest(ROW), digest({ ...ROW, price: 2 }))
  t.not(digest(ROW), digest(ROW, { price: 2 }))
  t.not(digest(ROW), digest(ROW, null, { type: 'DELETE' }))
  t.not(digest(ROW), digest(ROW, null, { ts: 5 }))
  t.not(digest(ROW), digest(ROW, null, { gtid: 'x' }))
  t.end()
})
