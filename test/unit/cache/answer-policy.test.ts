import t from 'tap'
import { answerPolicy } from '../../../edge/cache/answer-policy.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeRule } from './make-entry.ts'

const policy = (record: Record<string, string | string[]>, targetedFields = makeRule().targetedFields) =>
  answerPolicy(Fields.of(record), { targetedFields })

t.test('without a field for edges Cache-Control speaks, all its lines together', async (t) => {
  const { directives, source } = policy({ 'cache-control': ['max-age=60', 'no-cache'] })
  t.equal(source, 'cache-control')
  t.match(directives, { maxAgeSeconds: 60, noCache: true, noStore: false })
})

t.test('CDN-Cache-Control takes the place of Cache-Control altogether', async (t) => {
  const { directives, source } = policy({ 'cache-control': 'no-store, s-maxage=5', 'cdn-cache-control': 'max-age=600' })
  t.equal(source, 'targeted')
  t.match(directives, { maxAgeSeconds: 600, sMaxAgeSeconds: null, noStore: false })
})

t.test('all directives for edges are read', async (t) => {
  const text =
    's-maxage=1, stale-if-error=2, stale-while-revalidate=3, no-store, no-cache, private, public, must-revalidate, proxy-revalidate, must-understand'
  t.match(policy({ 'cdn-cache-control': text }).directives, {
    sMaxAgeSeconds: 1,
    staleIfErrorSeconds: 2,
    staleWhileRevalidateSeconds: 3,
    noStore: true,
    noCache: true,
    private: true,
    public: true,
    mustRevalidate: true,
    proxyRevalidate: true,
    mustUnderstand: true,
  })
})

t.test('a field for edges that does not parse, or is empty, is as good as absent', async (t) => {
  for (const text of ['', '  ', 'max-age=', 'Max-Age=60', 'max-age=60;', 'max-age=60,, public']) {
    t.match(
      policy({ 'cdn-cache-control': text, 'cache-control': 'max-age=5' }),
      {
        source: 'cache-control',
        directives: { maxAgeSeconds: 5 },
      },
      JSON.stringify(text),
    )
  }
})

t.test('values of the wrong type say nothing, but the field still counts', async (t) => {
  for (const text of ['max-age=1.5', 'max-age="60"', 'max-age', 'max-age=-1', 'max-age=(60)']) {
    t.match(
      policy({ 'cdn-cache-control': text, 'cache-control': 'max-age=5' }),
      { source: 'targeted', directives: { maxAgeSeconds: null } },
      text,
    )
  }
})

t.test('a restriction holds in any form but ?0, and parameters are ignored', async (t) => {
  t.equal(policy({ 'cdn-cache-control': 'private="x-user"' }).directives.private, true)
  t.equal(policy({ 'cdn-cache-control': 'no-store=?0, max-age=1' }).directives.noStore, false)
  t.equal(policy({ 'cdn-cache-control': 'no-store;why=x' }).directives.noStore, true)
  t.equal(policy({ 'cdn-cache-control': 'max-age=60;x=1' }).directives.maxAgeSeconds, 60)
})

t.test('a lifetime beyond 2^31 s counts as that', async (t) => {
  t.equal(policy({ 'cdn-cache-control': 'max-age=999999999999999' }).directives.maxAgeSeconds, 2 ** 31)
})

t.test('the first targeted field that says something decides, in the order of the rule', async (t) => {
  const both = { 'weir-cache-control': 'max-age=1', 'cdn-cache-control': 'max-age=2' }
  t.equal(policy(both).directives.maxAgeSeconds, 1)
  t.equal(policy(both, ['CDN-Cache-Control']).directives.maxAgeSeconds, 2)
  t.equal(policy({ ...both, 'weir-cache-control': 'max-age=' }).directives.maxAgeSeconds, 2, 'one that does not parse is passed over')
  t.equal(policy(both, []).source, 'cache-control')
})

t.test('Surrogate-Control speaks where the rule names it, to all surrogates or to this one', async (t) => {
  const surrogate = (text: string) => policy({ 'surrogate-control': text, 'cache-control': 'max-age=5' }, ['Surrogate-Control'])
  t.match(surrogate('MaX-aGe=3600, foo'), { source: 'targeted', directives: { maxAgeSeconds: 3600 } })
  t.match(surrogate('max-age=3600;weir, no-store;other'), { directives: { maxAgeSeconds: 3600, noStore: false } })
  t.match(surrogate('max-age=3600;other'), { source: 'cache-control', directives: { maxAgeSeconds: 5 } })
  t.equal(policy({ 'surrogate-control': 'no-store' }).source, 'cache-control', 'nobody named it')
})
