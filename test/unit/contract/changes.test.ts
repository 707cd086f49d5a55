import t from 'tap'
import { ChangeRuleSchema, ChangeStreamSchema, RowChangeSchema } from '../../../edge/contract/changes.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('a rule is filled in', (t) => {
  t.same(accepted(ChangeRuleSchema, { table: 'shop.item_*', purge: [{ tag: 'a' }] }), {
    table: 'shop.item_*',
    purge: [{ tag: 'a' }],
    key: ['id'],
    columns: [],
    mode: 'hard',
    againAfterMs: 0,
    rememberMs: 86_400_000,
  })
  t.same(refusedAt(ChangeRuleSchema, { table: 'item', purge: [] }), ['/table', '/purge'])
  t.same(refusedAt(ChangeRuleSchema, { table: 'shop.*item', purge: [{ tag: '' }, { url: 'ftp://x' }, { tga: 'x' }] }), [
    '/table',
    '/purge/0/tag',
    '/purge/1/url',
    '/purge/2/tga',
  ])
  t.end()
})

t.test('a change may say more than is read of it', (t) => {
  const change = { database: 'shop', table: 'item', type: 'INSERT', data: [{ id: '1', __proto__: null }], sqlType: { id: 4 }, gtid: 'x' }
  t.match(accepted(RowChangeSchema, change), { database: 'shop', old: [], pkNames: [], sqlType: { id: 4 } })
  t.same(refusedAt(RowChangeSchema, { database: '', table: 7, type: 'UPSERT', data: [] }), ['/database', '/table', '/type', '/data'])
  t.end()
})

t.test('a stream has bounds for all that may grow', (t) => {
  t.match(accepted(ChangeStreamSchema, { url: 'redis://127.0.0.1:6379' }), { stream: 'weir:changes', maxTries: 5, deadLetterMax: 10_000 })
  t.same(refusedAt(ChangeStreamSchema, { url: 'http://x', consumer: 'a b' }), ['/url', '/consumer'])
  t.end()
})
