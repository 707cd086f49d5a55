import t from 'tap'
import { didYouMean, nearest } from '../../../edge/contract/nearest.ts'

t.test('the nearest name is found whatever the letter case', (t) => {
  t.equal(nearest('tlmeout', ['retries', 'timeout']), 'timeout')
  t.equal(nearest('MAXBYTES', ['maxBytes']), 'maxBytes')
  t.equal(nearest('nmae', ['mode', 'name']), 'name')
  t.equal(nearest('pol', ['pool', 'peers']), 'pool')
  t.end()
})

t.test('of several near names the one with fewer edits wins', (t) => {
  t.equal(nearest('product', ['producer', 'products']), 'products')
  t.end()
})

t.test('a name far from all others has no nearest', (t) => {
  t.equal(nearest('zebra', ['pool', 'route']), undefined)
  t.equal(nearest('ab', ['xy']), undefined)
  t.equal(nearest('x'.repeat(1_000), ['x'.repeat(999)]), undefined)
  t.end()
})

t.test('only the first 1,000 names are looked at', (t) => {
  const many = Array.from({ length: 1_000 }, (_, i) => `filler-${i}`)
  t.equal(nearest('timeout', [...many, 'timeout']), undefined)
  t.equal(nearest('timeout', [...many.slice(1), 'timeout']), 'timeout')
  t.end()
})

t.test('the question stands only when there is something to ask', (t) => {
  t.equal(didYouMean('shp', ['shop']), '; did you mean "shop"?')
  t.equal(didYouMean('zebra', ['shop']), '')
  t.end()
})
