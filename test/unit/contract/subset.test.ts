import t from 'tap'
import { subsetOf } from '../../../edge/contract/subset.ts'

const PEERS = [
  { address: '10.0.0.1:80', weight: 1, tags: ['v1', 'green'], meta: { version: '1', disk: 'ssd' } },
  { address: '10.0.0.2:80', weight: 1, tags: ['v2', 'green'], meta: { version: '2' } },
  { address: '10.0.0.3:80', weight: 1 },
]
const chosen = (subset: object) =>
  subsetOf({ tags: [], meta: {}, whenEmpty: 'none', ...subset }, PEERS).map(({ address }) => address.slice(7, 8))

t.test('no subset takes the list as it is', async (t) => {
  t.equal(subsetOf(undefined, PEERS), PEERS)
})

t.test('a peer must have all tags and all labels that are asked for', async (t) => {
  t.same(chosen({ tags: ['green'] }), ['1', '2'])
  t.same(chosen({ tags: ['green', 'v2'] }), ['2'])
  t.same(chosen({ meta: { version: '1' } }), ['1'])
  t.same(chosen({ tags: ['green'], meta: { disk: 'ssd' } }), ['1'])
  t.same(chosen({ tags: ['v1'], meta: { version: '2' } }), [])
  t.same(chosen({ meta: { toString: 'x' } }), [], 'what every object has is no label')
})

t.test('when nobody fits the pool is empty, or has all as if nothing was asked', async (t) => {
  t.same(chosen({ tags: ['v3'] }), [])
  t.same(chosen({ tags: ['v3'], whenEmpty: 'all' }), ['1', '2', '3'])
})
