import t from 'tap'
import { HotTraffic, mergeHotKeys } from '../../../edge/cache/hot-traffic.ts'

t.test('the keys asked for most are listed with their rates, though only some lookups are counted', (t) => {
  const hot = new HotTraffic(7)
  // 100 lookups a millisecond for a second: half of them for one page, the rest for thousands.
  for (let at = 0; at < 100_000; at += 1) hot.note(at % 2 === 0 ? 'page' : `other ${at % 5_000}`, 1_000 + at / 100)
  const [first, second] = hot.top(2, 2_000)
  t.equal(first!.key, 'page')
  t.ok(first!.ratePerS > 45_000 && first!.ratePerS < 55_000, String(first!.ratePerS))
  t.ok(second!.ratePerS < 2_000)
  t.equal(hot.isHot('page', 2_000), true)
  t.equal(hot.isHot('other 1', 2_000), false)
  t.end()
})

t.test('who asks in turns is seen like anybody else', (t) => {
  for (const period of [2, 3, 8, 16, 64]) {
    const hot = new HotTraffic(1)
    for (let at = 0; at < 64_000; at += 1) hot.note(`page ${at % period}`, 1_000 + at / 64)
    t.equal(hot.top(period, 2_000).length, period, `a turn of ${period}`)
  }
  t.end()
})

t.test('of a handful of requests nothing is hot', (t) => {
  const hot = new HotTraffic(3)
  for (let at = 0; at < 100; at += 1) hot.note('page', 1_000 + at * 1_000)
  t.equal(hot.isHot('page', 101_000), false)
  t.equal(hot.isHot('nobody', 101_000), false)
  t.end()
})

t.test('the lists of several workers are added up', (t) => {
  const lists = [
    [
      { key: 'a', ratePerS: 5 },
      { key: 'b', ratePerS: 4 },
    ],
    [{ key: 'b', ratePerS: 3 }],
    [],
  ]
  t.same(mergeHotKeys(lists, 10), [
    { key: 'b', ratePerS: 7 },
    { key: 'a', ratePerS: 5 },
  ])
  t.same(mergeHotKeys(lists, 1), [{ key: 'b', ratePerS: 7 }])
  t.end()
})
