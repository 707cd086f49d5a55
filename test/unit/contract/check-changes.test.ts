import t from 'tap'
import { checkChanges } from '../../../edge/contract/check-changes.ts'
import { lines, siteWithRoutes } from './site-of.ts'

const RULE = { table: 'shop.item', purge: [{ tag: 'item-{id}' }] }
const told = (rule: object) =>
  lines(checkChanges(siteWithRoutes({ product: { path: '/*', pool: 'shop' } }, { changes: { item: { ...RULE, ...rule } } })))

t.test('rules that fit are taken', (t) => {
  t.same(told({}), [])
  t.same(
    told({ purge: [{ url: 'https://shop.example/item/{id}?v={slug}' }, { prefix: 'http://a.b:8080/{x}/' }, { route: 'product' }] }),
    [],
  )
  t.same(told({ columns: ['id', 'slug'], key: ['id'], versionFrom: 'slug', purge: [{ tag: '{slug}' }] }), [])
  t.end()
})

t.test('a purge has one kind', (t) => {
  t.same(told({ purge: [{}] }), ['/changes/item/purge/0 must have exactly one of tag, url, prefix and route; it has none'])
  t.match(told({ purge: [{ tag: 'a' }, { tag: 'b', route: 'product' }] }), [/purge\/1 must have exactly one .* it has tag, route/])
  t.end()
})

t.test('a column that the table does not have is refused, with the one that was meant', (t) => {
  const columns = ['id', 'slug', 'updated_at']
  t.same(told({ columns, purge: [{ tag: 'item-{slugg}' }] }), [
    '/changes/item/purge/0/tag the table shop.item has no column "slugg" in columns; did you mean "slug"?',
  ])
  t.match(told({ columns, versionFrom: 'update_at' }), [/versionFrom .*did you mean "updated_at"/])
  t.match(told({ columns, key: ['id', 'zzzzzzz'] }), [/key\/1 .*there is id, slug, updated_at/])
  t.end()
})

t.test('a row cannot choose the site that is purged', (t) => {
  for (const url of [
    'https://{host}/item',
    'https://shop.example{path}',
    'https://shop.example:{port}/',
    'https://shop.example',
    'https://?{id}/',
  ])
    t.match(told({ purge: [{ url }] }), [/must have scheme, host and a \/ before its first column/], url)
  t.match(told({ purge: [{ prefix: 'https://{host}/' }] }), [/prefix must have scheme/])
  t.end()
})

t.test('templates that cannot be read and routes that are not there are refused', (t) => {
  t.match(told({ purge: [{ tag: 'item-{id' }] }), [/purge\/0\/tag has a \{ without its \}/])
  t.match(told({ purge: [{ route: 'prodcut' }] }), [/there is no route "prodcut"; did you mean "product"/])
  t.match(told({ purge: [{ route: 'constructor' }] }), [/there is no route "constructor"/])
  t.end()
})
