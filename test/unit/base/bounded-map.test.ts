import t from 'tap'
import { BoundedMap } from '../../../edge/base/bounded-map.ts'

t.test('a full map lets its oldest entry go, whatever was read last', async (t) => {
  const map = new BoundedMap<string, number>({ max: 2, whenFull: 'evict-oldest' })
  map.set('a', 1)
  map.set('b', 2)
  map.get('a')
  t.equal(map.set('c', 3), true)
  t.same(
    [...map.entries()],
    [
      ['b', 2],
      ['c', 3],
    ],
  )
})

t.test('a full map refuses a new key and still takes a new value of a known one', async (t) => {
  const map = new BoundedMap<string, number>({ max: 1, whenFull: 'refuse' })
  map.set('a', 1)
  t.equal(map.set('b', 2), false)
  t.equal(map.has('b'), false)
  t.equal(map.set('a', 3), true)
  t.equal(map.get('a'), 3)
})

t.test('a place given free can be taken again', async (t) => {
  const map = new BoundedMap<string, number>({ max: 1, whenFull: 'refuse' })
  map.set('a', 1)
  t.equal(map.delete('a'), true)
  t.equal(map.delete('a'), false)
  t.equal(map.set('b', 2), true)
  map.clear()
  t.equal(map.size, 0)
})

t.test('a bound that is no whole number of 1 or more is refused', async (t) => {
  for (const max of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    t.throws(() => new BoundedMap({ max, whenFull: 'refuse' }), RangeError, String(max))
})
