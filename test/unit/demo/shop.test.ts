import t from 'tap'
import { shopAnswer } from '../../../demo/shop.ts'

const NOW = Date.UTC(2026, 0, 1)
const get = (target: string, chance = 0.5) => shopAnswer(target, 'origin-2', chance, NOW)

t.test('every page names its origin and how long it may be kept', (t) => {
  const kept = Object.fromEntries(
    ['/', '/product/1', '/price/1', '/comments/1', '/cart/'].map((path) => [path, get(path).fields['cache-control']]),
  )
  t.same(kept, { '/': 'max-age=60', '/product/1': 'max-age=60', '/price/1': 'max-age=2', '/comments/1': 'max-age=5', '/cart/': undefined })
  t.equal(get('/product/1').fields['x-origin'], 'origin-2')
  t.match(get('/product/1').body, /<h1>Product 1<\/h1>\n<p>Made by origin-2 at 2026-01-01/)
  t.match(JSON.parse(get('/price/7').body), { id: '7', price: /^\d+\.\d\d$/ })
  t.end()
})

t.test('speed and failures are set by query', (t) => {
  t.equal(get('/product/1?delay=250').delayMs, 250)
  t.equal(get('/product/1?delay=-5').delayMs, 0)
  t.equal(get('/product/1?delay=1e12').delayMs, 30_000)
  t.equal(get('/product/1?fail=0.3', 0.29).status, 500)
  t.equal(get('/product/1?fail=0.3', 0.31).status, 200)
  t.equal(get('/product/1?status=503').status, 503)
  t.equal(get('/product/1?status=204').body, '')
  t.equal(get('/product/1?status=9').status, 200, 'what is no status is not obeyed')
  t.equal(get('/product/1?status=500').fields['cache-control'], 'no-store')
  t.end()
})

t.test('what is not there is 404, and nothing of the path comes back as markup', (t) => {
  for (const path of ['/product/', '/nope/1', '/product/<script>', '/product/a/b', '/%00']) t.equal(get(path).status, 404, path)
  t.notMatch(get('/product/<script>').body, /script/)
  t.end()
})
