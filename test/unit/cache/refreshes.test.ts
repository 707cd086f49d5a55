import t from 'tap'
import { Refreshes } from '../../../edge/cache/refreshes.ts'

t.test('a thing is refreshed by one at a time, and not too many things at once', async (t) => {
  const refreshes = new Refreshes()
  t.equal(refreshes.begin('a', 2), 'begun')
  t.equal(refreshes.begin('a', 2), 'under-way')
  t.equal(refreshes.begin('b', 2), 'begun')
  t.equal(refreshes.begin('c', 2), 'full')
  t.equal(refreshes.begin('a', 0), 'under-way')
  refreshes.end('a')
  t.equal(refreshes.begin('c', 2), 'begun')
  t.equal(refreshes.size, 2)
})

t.test('a rule of none begins none', async (t) => {
  t.equal(new Refreshes().begin('a', 0), 'full')
})
