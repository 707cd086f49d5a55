import t from 'tap'
import { differenceOf, distinctPeers, MAX_PEERS, missingOf, samePeers, some, withMissing } from '../../../../control/discovery/peer-list.ts'

const peers = (...names: string[]) => names.map((name) => ({ address: `${name}:1`, weight: 1 }))
const ONE = { address: 'a:1', weight: 1, priority: 1, zone: 'fra', tags: ['blue'], meta: { version: '2' } }

t.test('lists are the same when every member of every peer is', (t) => {
  t.ok(samePeers([ONE], [{ ...ONE, tags: ['blue'], meta: { version: '2' } }]))
  t.ok(samePeers([{ address: 'a:1', weight: 1, tags: [] }], peers('a')), 'no tags and an empty list of them say the same')
  const others = [
    { ...ONE, weight: 2 },
    { ...ONE, address: 'b:1' },
    { ...ONE, priority: 2 },
    { ...ONE, zone: 'ams' },
    { ...ONE, tags: ['green'] },
    { ...ONE, tags: ['blue', 'new'] },
    { ...ONE, meta: { version: '3' } },
    { ...ONE, meta: { version: '2', more: '' } },
    { ...ONE, meta: { toString: '2' } },
  ]
  for (const other of others) t.notOk(samePeers([ONE], [other]), JSON.stringify(other))
  t.notOk(samePeers([ONE], []))
  t.end()
})

t.test('an address is one peer, and the larger weight is its own', (t) => {
  t.same(distinctPeers([...peers('b', 'a'), { address: 'b:1', weight: 4 }]), [...peers('a'), { address: 'b:1', weight: 4 }])
  t.end()
})

t.test('what an answer lacks is put back to where it belongs, within the bound', (t) => {
  t.same(missingOf(peers('a', 'c'), peers('a', 'b')), peers('b'))
  t.same(withMissing(peers('a', 'c'), peers('a', 'b')), peers('a', 'b', 'c'))
  const many = peers(...Array.from({ length: MAX_PEERS }, (_, index) => `x${index}`))
  t.equal(withMissing(peers('a'), many).length, MAX_PEERS)
  t.end()
})

t.test('a difference says what came, what went and what changed', (t) => {
  const difference = differenceOf(peers('a', 'b'), [{ address: 'b:1', weight: 5 }, ...peers('c')], 7)
  t.same(difference, {
    atMs: 7,
    added: { count: 1, addresses: ['c:1'] },
    removed: { count: 1, addresses: ['a:1'] },
    changed: { count: 1, addresses: ['b:1'] },
  })
  t.equal(some(peers(...'abcdefghijklmnopqrstuvwxyz')).addresses.length, 20, 'of many, only the first are named')
  t.end()
})
