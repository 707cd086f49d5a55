import t from 'tap'
import { HotKeys } from '../../../edge/base/hot-keys.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { zipf } from '../../support/zipf.ts'

const FOREVER_MS = 1e12

const keysOf = (hot: HotKeys, count: number, nowMs = 0) => hot.top(count, nowMs).map(({ key }) => key)

for (const [alpha, least] of [
  [1.2, 20],
  [1, 20],
  [0.8, 18],
] as const) {
  t.test(`on a Zipf stream (${alpha}) over 50,000 keys, 512 counters find the first 20`, async (t) => {
    const random = new SeededRandom(7)
    const draw = zipf(50_000, alpha, random)
    const hot = new HotKeys({ capacity: 512, halfLifeMs: FOREVER_MS })
    const truth = new Map<string, number>()
    for (let i = 0; i < 300_000; i++) {
      const key = `k${draw()}`
      truth.set(key, (truth.get(key) ?? 0) + 1)
      hot.hit(key, 0)
    }
    const first = new Set(
      [...truth]
        .sort((a, b) => b[1] - a[1])
        .slice(0, 20)
        .map(([key]) => key),
    )
    const found = keysOf(hot, 20).filter((key) => first.has(key)).length
    t.ok(found >= least, `${found} of 20`)
    const all = hot.top(512, 0)
    t.equal(all.length, 512)
    t.ok(
      all.every(({ key, count, error }) => count - error <= truth.get(key)! && truth.get(key)! <= count),
      'within its bounds',
    )
    t.ok(
      all.every(({ count }, i) => i === 0 || all[i - 1]!.count >= count),
      'in order',
    )
    t.equal(
      all.reduce((sum, { count }) => sum + count, 0),
      300_000,
      'counts are neither lost nor made',
    )
  })
}

t.test('a flood of keys that come once does not hide a hot one', async (t) => {
  const hot = new HotKeys({ capacity: 100, halfLifeMs: FOREVER_MS })
  for (let i = 0; i < 100_000; i++) hot.hit(i % 50 === 0 ? 'hot' : `once-${i}`, 0)
  t.same(keysOf(hot, 1), ['hot'])
  t.ok(Math.abs(hot.share('hot', 0) - 0.02) < 0.011, `${hot.share('hot', 0)} of all hits for certain`)
  t.ok(hot.share('once-99999', 0) < 0.001, 'an inherited count is no share')
  t.equal(hot.size, 100)
})

t.test('counts are exact while there is room', async (t) => {
  const hot = new HotKeys({ capacity: 4, halfLifeMs: 1_000 })
  for (const key of ['a', 'b', 'b', 'c', 'c', 'c', 'b', 'b']) hot.hit(key, 0)
  t.same(
    hot.top(9, 0).map(({ key, count, error }) => [key, count, error]),
    [
      ['b', 4, 0],
      ['c', 3, 0],
      ['a', 1, 0],
    ],
  )
  t.equal(hot.share('b', 0), 0.5)
  t.equal(hot.share('none', 0), 0)
  t.same(hot.top(0, 0), [])
})

t.test('old fame fades, and a new key overtakes it within a half-life', async (t) => {
  const hot = new HotKeys({ capacity: 10, halfLifeMs: 1_000 })
  for (let ms = 0; ms < 10_000; ms++) hot.hit('old', ms)
  for (let ms = 10_000; ms < 11_001; ms++) hot.hit('new', ms)
  t.same(keysOf(hot, 2, 11_001), ['new', 'old'])
  t.same(keysOf(hot, 2, 60_000), [], 'nothing is left of a crowd that went home')
  t.equal(hot.share('new', 60_000), 0)
  t.equal(hot.size, 0)
})

t.test('the rate is that of late, whenever it is asked for', async (t) => {
  const hot = new HotKeys({ capacity: 10, halfLifeMs: 1_000 })
  for (let ms = 0; ms < 20_000; ms += 10) {
    hot.hit('steady', ms)
    const [found] = hot.top(1, ms)
    if (ms >= 500) t.ok(Math.abs(found!.ratePerS - 100) < 8 || ms % 100 !== 0, `${found!.ratePerS} per second at ${ms} ms`)
  }
})

t.test('a long silence costs no more than a short one', async (t) => {
  const hot = new HotKeys({ capacity: 10, halfLifeMs: 1 })
  for (let i = 0; i < 1_000; i++) hot.hit('a', 0)
  hot.hit('b', Number.MAX_SAFE_INTEGER)
  t.same(keysOf(hot, 9, Number.MAX_SAFE_INTEGER), ['b'])
})

t.test('order, places and runs hold through any mix of hits and halvings', async (t) => {
  const random = new SeededRandom(11)
  const hot = new HotKeys({ capacity: 8, halfLifeMs: 50 })
  for (let i = 0; i < 20_000; i++) {
    hot.hit(`k${Math.floor(random.next() ** 3 * 40)}`, i)
    const all = hot.top(99, i)
    const inOrder = all.every(({ count, error }, at) => error <= count && (at === 0 || all[at - 1]!.count >= count))
    if (!inOrder || all.length > 8 || new Set(all.map(({ key }) => key)).size !== all.length) t.fail(JSON.stringify(all))
  }
})

t.test('bounds that bound nothing are refused', async (t) => {
  for (const wrong of [{ capacity: 0 }, { capacity: 1.5 }, { halfLifeMs: 0 }, { halfLifeMs: Number.NaN }])
    t.throws(() => new HotKeys({ capacity: 1, halfLifeMs: 1, ...wrong }), RangeError)
})

t.test('the rate of a key is what it has for certain, over a second at least', async (t) => {
  const hot = new HotKeys({ capacity: 2, halfLifeMs: FOREVER_MS })
  t.equal(hot.rateOf('a', 0), 0)
  hot.hit('a', 0)
  t.equal(hot.rateOf('a', 1), 1, 'one hit within a millisecond is not a thousand a second')
  for (let ms = 1; ms < 4_000; ms++) hot.hit('a', ms)
  t.equal(hot.rateOf('a', 4_000), 1_000)
  for (const key of ['b', 'c', 'd']) hot.hit(key, 4_000)
  t.equal(hot.rateOf('d', 4_000), 0.25, 'what it inherited is not its own')
})
