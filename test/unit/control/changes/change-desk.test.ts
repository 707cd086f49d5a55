import t from 'tap'
import { EdgeError } from '../../../../edge/base/edge-error.ts'
import { CAUSE, ITEM_RULE, makeDesk, rulesOf, update } from './change-maker.ts'

const row = (version: number | string, more: object = {}) => ({ id: '7', slug: 'a', version, ...more })
const outcomes = (taken: { outcomes: readonly { outcome: string }[] }) => taken.outcomes.map(({ outcome }) => outcome)

t.test('a changed row purges what its rule says', async (t) => {
  const { desk, purges, metrics } = makeDesk()
  t.same(await desk.take([update(row(1))], CAUSE), { outcomes: [{ outcome: 'accepted', purges: 2 }], purgeSeq: 2 })
  t.same(purges.orders, [
    { by: 'tag', tag: 'item-7', mode: 'hard', againAfterMs: 0 },
    { by: 'url', url: 'https://shop.example/item/a', mode: 'hard', againAfterMs: 0 },
  ])
  t.equal(metrics.value('weir_changes_total', ['item', 'accepted']), 1)
})

t.test('a replay changes nothing', async (t) => {
  const { desk, purges, metrics } = makeDesk()
  const events = [update(row(1)), update(row(2)), update(row(2, { slug: 'b' }), { slug: 'a' }), update(row(3))]
  t.same(outcomes(await desk.take(events, CAUSE)), ['accepted', 'accepted', 'accepted', 'accepted'])
  t.ok(purges.fresh.length > 0)
  t.same(await desk.take(events, CAUSE), { outcomes: events.map(() => ({ outcome: 'ignored-older', purges: 0 })), purgeSeq: null })
  t.same(purges.fresh, [])
  t.equal(metrics.value('weir_changes_total', ['item', 'ignored-older']), 4)
})

t.test('an older version is ignored, within a batch too', async (t) => {
  const { desk, purges } = makeDesk()
  t.same(outcomes(await desk.take([update(row(9)), update(row(8))], CAUSE)), ['accepted', 'ignored-older'])
  t.same(purges.fresh, ['item-7', 'https://shop.example/item/a'])
  t.same(outcomes(await desk.take([update(row(7)), update(row(10))], CAUSE)), ['ignored-older', 'accepted'])
  t.same(purges.fresh, ['item-7', 'https://shop.example/item/a'])
})

t.test('what only a late change knows is purged although the row is newer already', async (t) => {
  const { desk, purges } = makeDesk()
  await desk.take([update(row(3, { slug: 'c' }), { slug: 'b' })], CAUSE)
  t.same(purges.fresh, ['item-7', 'https://shop.example/item/c', 'https://shop.example/item/b'])
  t.same(outcomes(await desk.take([update(row(2, { slug: 'b' }), { slug: 'a' })], CAUSE)), ['accepted'])
  t.same(purges.fresh, ['https://shop.example/item/a'], 'nobody has purged the page that the row stood on first')
})

t.test('an order that several changes make is given once', async (t) => {
  const rules = rulesOf({ group: { table: 'shop.item', purge: [{ tag: 'group-{group}' }], versionFrom: 'version' } })
  const { desk, purges } = makeDesk({ rules })
  const of = (id: string) => update({ id, group: 'g', version: 1 })
  t.same(outcomes(await desk.take([of('1'), of('2'), of('3')], CAUSE)), ['accepted', 'accepted', 'accepted'])
  t.same(purges.fresh, ['group-g'])
})

t.test('a change whose purge could not be kept purges when it comes again', async (t) => {
  const { desk, purges, metrics } = makeDesk()
  purges.before = () => {
    throw new EdgeError('STATE_UNWRITABLE', {})
  }
  await t.rejects(desk.take([update(row(1))], CAUSE), { code: 'STATE_UNWRITABLE' })
  t.equal(metrics.value('weir_changes_total', ['item', 'accepted']), 0, 'nor is it counted')
  purges.before = () => {}
  t.same(outcomes(await desk.take([update(row(1))], CAUSE)), ['accepted'])
  t.equal(purges.fresh.length, 2)
})

t.test('a change that makes a refused purge is invalid, and keeps no other out', async (t) => {
  const { desk, purges } = makeDesk()
  purges.refuses = (order) => 'url' in order && order.url.endsWith('/bad')
  const taken = await desk.take([update(row(1, { id: '1' })), update(row(1, { id: '2', slug: 'bad' })), update(row(1, { id: '3' }))], CAUSE)
  t.same(outcomes(taken), ['accepted', 'invalid', 'accepted'])
  t.match(taken.outcomes[1], { problems: [{ message: /refused: is no URL/ }] })
  t.same(purges.fresh, ['item-1', 'https://shop.example/item/a', 'item-3', 'https://shop.example/item/a'])
})

t.test('tables without a rule, other messages and nonsense are told apart, one by one', async (t) => {
  const { desk, purges, metrics } = makeDesk()
  const taken = await desk.take(
    [
      update(row(1), null, { table: 'price' }),
      { database: 'shop', table: 'item', type: 'TRUNCATE', isDdl: true, data: null },
      7,
      update(row(1)),
    ],
    CAUSE,
  )
  t.same(outcomes(taken), ['no-rule', 'no-rule', 'invalid', 'accepted'])
  t.equal(purges.fresh.length, 2)
  t.equal(metrics.value('weir_changes_total', ['', 'no-rule']), 2)
  t.equal(metrics.value('weir_changes_total', ['', 'invalid']), 1)
})

t.test('without a version every change purges', async (t) => {
  const { desk, purges } = makeDesk({ rules: rulesOf({ item: { ...ITEM_RULE, versionFrom: 'missing' } }) })
  for (const _ of [1, 2]) {
    t.same(outcomes(await desk.take([update(row(1))], CAUSE)), ['accepted'])
    t.equal(purges.fresh.length, 2)
  }
})

t.test('a change of many rows is put into the log in slices', async (t) => {
  const { desk, purges } = makeDesk()
  let slices = 0
  purges.before = () => {
    slices++
  }
  const data = Array.from({ length: 900 }, (_, id) => ({ id, slug: `s${id}`, version: 1 }))
  const taken = await desk.take([{ database: 'shop', table: 'item', type: 'INSERT', data }], CAUSE)
  t.same(taken, { outcomes: [{ outcome: 'accepted', purges: 1_800 }], purgeSeq: 1_800 })
  t.equal(slices, 2)
})

t.test('batches that come at once are taken one after the other', async (t) => {
  const { desk, purges } = makeDesk()
  const all = await Promise.all([1, 2, 3].map(() => desk.take([update(row(1))], CAUSE)))
  t.same(all.flatMap(outcomes), ['accepted', 'ignored-older', 'ignored-older'])
  t.equal(purges.fresh.length, 2)
})
