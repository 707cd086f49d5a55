import t from 'tap'
import { checkCacheKey } from '../../../edge/contract/check-cache-key.ts'
import { SiteSchema } from '../../../edge/contract/site.ts'
import { validate } from '../../../edge/contract/validate.ts'

function told(cache: object): string[] {
  const valid = validate(SiteSchema, { pools: { shop: {} }, routes: { r: { pool: 'shop', cache } } })
  if (!valid.ok) throw new Error(JSON.stringify(valid.problems))
  return [...checkCacheKey('/r', valid.value.routes.r!)].map(({ pointer, message }) => `${pointer} ${message}`)
}

t.test('an ordinary key has no problem', async (t) => {
  t.same(told({}), [])
  t.same(told({ key: { query: 'listed', listedQuery: ['page'], headers: { 'X-A': {} }, identity: 'cookie:sid' } }), [])
})

t.test('a field is keyed once, whatever its case', async (t) => {
  t.same(told({ key: { headers: { 'X-A': {}, 'x-a': {} } } }), ['/r/cache/key/headers/x-a is the same field as X-A; keep one of them'])
})

t.test('the whole Cookie field is neither a part of a key nor passed by name', async (t) => {
  t.match(told({ key: { headers: { Cookie: {} } } }), [/^\/r\/cache\/key\/headers\/Cookie must not be the whole Cookie field/])
  t.match(told({ key: { identity: 'header:Cookie' } }), [/^\/r\/cache\/key\/identity must not be the whole/])
  t.match(told({ unkeyed: { named: ['cookie'] } }), [/^\/r\/cache\/unkeyed\/named\/0 must not be Cookie/])
})

t.test('a list of parameters goes with query: listed, and the other way round', async (t) => {
  t.match(told({ key: { query: 'listed' } }), [/^\/r\/cache\/key\/listedQuery must list/])
  t.match(told({ key: { listedQuery: ['a'] } }), [/^\/r\/cache\/key\/listedQuery has no effect while query is "all"/])
})
