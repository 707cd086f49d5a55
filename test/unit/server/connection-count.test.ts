import t from 'tap'
import { ConnectionCount } from '../../../edge/server/connection-count.ts'

t.test('there are so many in all, and a place that is free again is given away again', async (t) => {
  const count = new ConnectionCount(3, 100)
  for (const address of ['a', 'b', 'c']) t.equal(count.enter(address, 'yes'), null)
  t.equal(count.enter('d', 'yes'), 'max-connections')
  t.equal(count.enter('d', 'no'), 'max-connections', 'for everybody')
  t.equal(count.all, 3)
  count.leave('b')
  t.equal(count.all, 2)
  t.equal(count.enter('d', 'yes'), null)
})

t.test('an address has so many, and does not take the places of others', async (t) => {
  const count = new ConnectionCount(100, 2)
  t.equal(count.enter('a', 'yes'), null)
  t.equal(count.enter('a', 'yes'), null)
  t.equal(count.enter('a', 'yes'), 'max-per-address')
  t.equal(count.all, 2, 'who was refused is not counted')
  t.equal(count.enter('b', 'yes'), null)
  count.leave('a')
  t.equal(count.enter('a', 'yes'), null)
  t.equal(count.enter('a', 'yes'), 'max-per-address')
})

t.test('who speaks for many is bounded by the whole alone', async (t) => {
  const count = new ConnectionCount(4, 1)
  for (let i = 0; i < 4; i += 1) t.equal(count.enter('balancer', 'no'), null)
  t.equal(count.enter('balancer', 'no'), 'max-connections')
  for (let i = 0; i < 4; i += 1) count.leave('balancer')
  t.equal(count.all, 0)
  t.equal(count.enter('balancer', 'yes'), null, 'nothing is left of it')
})
