import t from 'tap'
import { HotSpread } from '../../../edge/balance/hot-spread.ts'

/** The width of a key after `seconds` of a steady rate, among as many requests for others. */
function widthAfter(spread: HotSpread, ratePerS: number, seconds: number, fromMs = 0): number {
  let width = 1
  const requests = ratePerS * seconds
  for (let request = 0; request < requests; request++) {
    const nowMs = fromMs + (request * 1_000) / ratePerS
    width = spread.widthOf('/hot', nowMs)
    spread.widthOf(`/other/${request}`, nowMs)
  }
  return width
}

t.test('a key grows by a peer each time its rate passes as much again, up to the most', async (t) => {
  const rule = { ratePerS: 100, maxPeers: 4 }
  t.equal(widthAfter(new HotSpread(rule), 60, 20), 1)
  t.equal(widthAfter(new HotSpread(rule), 150, 20), 2)
  t.equal(widthAfter(new HotSpread(rule), 250, 20), 3)
  t.equal(widthAfter(new HotSpread(rule), 2_000, 10), 4)
})

t.test('a key that is asked for in a burst is spread within a second, not at its first request', async (t) => {
  const spread = new HotSpread({ ratePerS: 100, maxPeers: 4 })
  t.equal(spread.widthOf('/hot', 0), 1)
  t.ok(widthAfter(spread, 1_000, 1) > 1)
})

t.test('a key that cools comes back to one peer', async (t) => {
  const spread = new HotSpread({ ratePerS: 100, maxPeers: 4 })
  t.equal(widthAfter(spread, 1_000, 10), 4)
  t.equal(spread.widthOf('/hot', 60_000), 1)
})

t.test('a key that nobody else knows of is not hot', async (t) => {
  const spread = new HotSpread({ ratePerS: 1, maxPeers: 4 })
  widthAfter(spread, 1_000, 5)
  t.equal(spread.widthOf('/new', 5_000), 1)
})
