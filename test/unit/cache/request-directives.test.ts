import t from 'tap'
import { requestDirectives } from '../../../edge/cache/request-directives.ts'
import { Fields } from '../../../edge/http/fields.ts'

const directives = (record: Record<string, string>) => requestDirectives(Fields.of(record))

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
