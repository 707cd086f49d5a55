import t from 'tap'
import { check } from '../../../edge/contract/check.ts'
import { toldOf } from '../../support/exchange-maker.ts'

const problems = (route: object) =>
  check(toldOf({ pools: { shop: {}, next: {}, slow: {} }, fallbacks: { gone: {} }, routes: { all: route } }).site)
    .filter(({ pointer }) => pointer.includes('mirror'))
    .map(({ pointer, message }) => `${pointer} ${message}`)

t.test('a mirror in a pool of its own fits', async (t) => {
  t.same(problems({ pool: 'shop', mirror: { pool: 'next', compare: { fields: ['etag'] } } }), [])
})

t.test('one that would be asked twice, is not there, or gets nothing is refused', async (t) => {
  t.match(problems({ pool: 'shop', mirror: { pool: 'shop' } }), [/^\/routes\/all\/mirror\/pool must be another pool/])
  t.match(problems({ pool: 'shop', crawlerPool: 'slow', mirror: { pool: 'slow' } }), [/must be another pool/])
  t.match(problems({ pool: 'shop', split: { groups: { blue: { pool: 'slow' } } }, mirror: { pool: 'slow' } }), [/must be another pool/])
  t.match(problems({ pool: 'shop', mirror: { pool: 'nxt' } }), [/there is no pool "nxt"/])
  t.match(problems({ respond: 'gone', mirror: { pool: 'next' } }), [/must not stand beside respond/])
})

t.test('a field is compared once', async (t) => {
  t.match(problems({ pool: 'shop', mirror: { pool: 'next', compare: { fields: ['ETag', 'etag'] } } }), [/fields\/1 "etag" is listed twice/])
})
