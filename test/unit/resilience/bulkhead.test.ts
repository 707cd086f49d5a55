import t from 'tap'
import { allocateSlots, SharedSlots } from '../../../edge/base/shared-slots.ts'
import { Bulkhead, type BulkheadRule, KIND, type Kind } from '../../../edge/resilience/bulkhead.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const RULE: BulkheadRule = { maxInFlight: 2, shares: [1, 1, 1, 1], maxQueued: 10 }

function made(rule: Partial<BulkheadRule> = {}, workers = 1) {
  const clock = new ManualClock()
  const memory = allocateSlots(1, workers)
  const bulkheads = Array.from({ length: workers }, (_, i) => new Bulkhead(new SharedSlots(memory, i).row('shop'), { ...RULE, ...rule }))
  const told: string[] = []
  const wait = (kind: Kind, name: string, at = bulkheads[0]!, withinMs = 1_000) => {
    const nowMs = clock.monotonicMs()
    return at.wait(kind, { nowMs, deadlineMs: nowMs + withinMs, timers: clock }, (end) => told.push(`${name} ${end}`))
  }
  return { clock, bulkheads, of: bulkheads[0]!, told, wait }
}

t.test('so many at once, and the next ones in the order in which they came', async (t) => {
  const { of, told, wait } = made()
  t.same([of.enter(KIND.normal), of.enter(KIND.normal), of.enter(KIND.normal)], [true, true, false])
  wait(KIND.normal, 'a')
  wait(KIND.normal, 'b')
  of.leave(KIND.normal, 10)
  t.same(told, ['a in'])
  t.equal(of.enter(KIND.normal), false, 'nobody passes those who wait')
  of.leave(KIND.normal, 10)
  of.leave(KIND.normal, 10)
  t.same(told, ['a in', 'b in'])
  of.leave(KIND.normal, 10)
  t.match(of.row, { inUse: 0, waiting: 0 })
})

t.test('higher kinds are let in first', async (t) => {
  const { of, told, wait } = made({ maxInFlight: 1 })
  of.enter(KIND.low)
  for (const kind of ['crawlers', 'low', 'normal', 'high'] as const) wait(KIND[kind], kind)
  for (const left of [KIND.low, KIND.high, KIND.normal, KIND.low]) of.leave(left, 10)
  t.same(told, ['high in', 'normal in', 'low in', 'crawlers in'])
})

t.test('a kind has at most its share, and does not hold up those below it', async (t) => {
  const { of, told, wait } = made({ maxInFlight: 10, shares: [1, 1, 0.5, 0.2] })
  const count = (kind: Kind) => {
    let entered = 0
    while (of.enter(kind)) entered++
    return entered
  }
  t.same([count(KIND.crawlers), count(KIND.low)], [2, 5])
  wait(KIND.low, 'low')
  t.equal(of.enter(KIND.normal), true)
  of.leave(KIND.crawlers, 10)
  t.same(told, [], 'the place of a crawler is none for low, which has its share')
  t.equal(of.enter(KIND.crawlers), true, 'nor does who waits for low hold up crawlers')
  of.leave(KIND.low, 10)
  t.same(told, ['low in'])
  t.equal(made({ maxInFlight: 2, shares: [1, 1, 0.5, 0.2] }).of.enter(KIND.crawlers), true, 'one at least')
})

t.test('the queue is bounded, and so is the wait', async (t) => {
  const { of, told, wait, clock } = made({ maxInFlight: 1, maxQueued: 1 })
  of.enter(KIND.normal)
  t.type(wait(KIND.normal, 'a', of, 500), 'function')
  t.equal(wait(KIND.high, 'b'), 'full')
  t.equal(of.refusedAtMs, clock.monotonicMs())
  clock.advance(500)
  t.same(told, ['a late'])
  t.equal(of.row.waiting, 0)
  t.equal(clock.pending, 0)
})

t.test('who would likely wait too long is refused at once', async (t) => {
  const { of, wait } = made({ maxInFlight: 2 })
  for (let i = 0; i < 2; i++) of.enter(KIND.normal)
  of.leave(KIND.normal, 400)
  of.enter(KIND.normal)
  t.equal(of.waitMs(KIND.normal), 200, 'one slot is given back every 200 ms')
  t.equal(wait(KIND.normal, 'hurried', of, 199), 'late')
  t.type(wait(KIND.normal, 'a', of, 200), 'function')
  t.equal(of.waitMs(KIND.normal), 400)
  t.equal(of.waitMs(KIND.high), 200, 'those below are not waited for')
})

t.test('who leaves the queue is not told anything, and the next one is not held up', async (t) => {
  const { of, told, wait, clock } = made({ maxInFlight: 1 })
  of.enter(KIND.normal)
  const leave = wait(KIND.normal, 'gone')
  wait(KIND.normal, 'next')
  if (typeof leave !== 'string') leave()
  of.leave(KIND.normal, 10)
  clock.advance(5_000)
  t.same(told, ['next in'])
  t.equal(of.row.inUse, 1)
})

t.test('all who wait can be sent away', async (t) => {
  const { of, told, wait } = made({ maxInFlight: 1 })
  of.enter(KIND.normal)
  wait(KIND.low, 'a')
  wait(KIND.high, 'b')
  of.flush()
  t.same(told.toSorted(), ['a flushed', 'b flushed'])
  t.match(of.row, { inUse: 1, waiting: 0 })
})

t.test('another rule holds from then on: more are let in, what is in flight beyond it stays', async (t) => {
  const { of, told, wait } = made({ maxInFlight: 1 })
  of.enter(KIND.normal)
  wait(KIND.normal, 'a')
  wait(KIND.normal, 'b')
  of.follow({ ...RULE, maxInFlight: 2 })
  t.same(told, ['a in'])
  of.follow({ ...RULE, maxInFlight: 1 })
  of.leave(KIND.normal, 10)
  t.same(told, ['a in'])
  of.leave(KIND.normal, 10)
  t.same(told, ['a in', 'b in'])
})

t.test('workers let in whoever has waited longest in the whole edge', async (t) => {
  const { bulkheads, told, wait } = made({ maxInFlight: 1 }, 2)
  const [one, other] = bulkheads as [Bulkhead, Bulkhead]
  one.enter(KIND.normal)
  wait(KIND.normal, 'a', other)
  wait(KIND.normal, 'b', one)
  wait(KIND.high, 'c', other)
  const turns = async () => {
    for (let i = 0; i < 20; i++) await new Promise(setImmediate)
  }
  one.leave(KIND.normal, 10)
  t.same(told, [], 'b is nobody’s first here')
  await turns()
  t.same(told, ['c in'])
  other.leave(KIND.high, 10)
  t.same(told, ['c in', 'a in'])
  other.leave(KIND.normal, 10)
  await turns()
  t.same(told, ['c in', 'a in', 'b in'])
})
