import t from 'tap'
import { requestDirectives } from '../../../edge/cache/request-directives.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeRule } from './make-entry.ts'

const directives = (record: Record<string, string>, rule = makeRule()) => requestDirectives(Fields.of(record), rule)

t.test('a request says what it wants in Cache-Control', async (t) => {
  t.match(directives({ 'cache-control': 'max-age=5, only-if-cached' }), { maxAgeSeconds: 5, onlyIfCached: true, noCache: false })
  t.match(directives({}), { noCache: false, noStore: false, maxAgeSeconds: null })
})

t.test('Pragma: no-cache counts where there is no Cache-Control, and only there', async (t) => {
  t.equal(directives({ pragma: 'no-cache' }).noCache, true)
  t.equal(directives({ pragma: 'x, No-Cache' }).noCache, true)
  t.equal(directives({ pragma: 'no-cached' }).noCache, false)
  t.equal(directives({ pragma: 'no-cache', 'cache-control': 'max-age=60' }).noCache, false)
})

t.test('a rule may ignore what would send requests to the origin, and nothing else', async (t) => {
  const rule = makeRule({ requestDirectives: 'ignore' })
  t.match(directives({ 'cache-control': 'no-cache, max-age=0, min-fresh=9, no-store, only-if-cached' }, rule), {
    ...{ noCache: false, maxAgeSeconds: null, minFreshSeconds: null },
    ...{ noStore: true, onlyIfCached: true },
  })
  t.equal(directives({ pragma: 'no-cache' }, rule).noCache, false)
})
