import t from 'tap'
import { addedUp, GroupTally, takenOf } from '../../../edge/traffic/group-tally.ts'

t.test('what is taken is counted anew', async (t) => {
  const tally = new GroupTally('shop', 'next')
  t.equal(tally.take(), null)
  tally.answered(0.5)
  tally.answered(2)
  tally.failed(2)
  t.same(tally.take(), { route: 'shop', group: 'next', requests: 3, failures: 1, times: [1, 0, 0, 0, 2] })
  t.equal(tally.take(), null)
})

t.test('of other routes nothing is told, nor remembered', async (t) => {
  const tallies = new Map(['shop', 'cart'].map((route) => [route, new GroupTally(route, 'next')]))
  for (const tally of tallies.values()) tally.answered(1)
  t.same(
    takenOf(tallies, new Set(['shop'])).map(({ route }) => route),
    ['shop'],
  )
  t.same(takenOf(tallies, new Set(['shop', 'cart'])), [])
})

t.test('readings of one group are added up, and the list is bounded', async (t) => {
  const one = { route: 'shop', group: 'next', requests: 2, failures: 1, times: [2] }
  const other = { ...one, requests: 3, failures: 0, times: [1, 1, 1] }
  t.same(addedUp([one, other, { ...one, group: 'control' }], 1), [{ ...one, requests: 5, failures: 1, times: [3, 1, 1] }])
  t.equal(addedUp([one, { ...one, group: 'control' }], 2).length, 2)
})

t.test('what is recent is not taken, and older requests count half', async (t) => {
  const tally = new GroupTally('shop', 'next')
  for (let i = 0; i < 99; i++) tally.failed(1)
  tally.take()
  t.same(tally.recent, { requests: 99, failures: 99 })
  tally.answered(1)
  t.same(tally.recent, { requests: 50, failures: 49.5 })
  tally.blowFuse([50, 50])
  t.same(tally.recent, { requests: 0, failures: 0 })
  t.equal(tally.fuse.why([50, 50]), '99 % of the last requests at this edge failed')
})
