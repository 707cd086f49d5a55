import t from 'tap'
import { CacheSchema } from '../../../edge/contract/cache.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('unless told otherwise the cache does what the origin says and guesses nothing', (t) => {
  const cache = accepted(CacheSchema, {})
  t.same([cache.store, cache.defaultTtlMs], ['standard', 0])
  t.end()
})

t.test('the defaults agree with each other', (t) => {
  const cache = accepted(CacheSchema, {})
  t.ok(cache.defaultTtlMs <= cache.maxTtlMs)
  t.ok(cache.staleIfErrorMs <= cache.keepStaleMs)
  t.end()
})

t.test('off is a word, not a boolean', (t) => {
  t.same(refusedAt(CacheSchema, { store: 'off' }), [])
  t.same(refusedAt(CacheSchema, { store: false }), ['/store'])
  t.end()
})
