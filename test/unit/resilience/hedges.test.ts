import t from 'tap'
import { Hedges } from '../../../edge/resilience/hedges.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const RULE = { afterPercentile: 0.95, minMs: 20, maxShare: 0.05 }

class Waiter {
  said: 'nothing' | 'hedge' | 'refused' = 'nothing'
  readonly #hasSecond: boolean

  constructor(hasSecond = true) {
    this.#hasSecond = hasSecond
  }

  hedge(): boolean {
    this.said = 'hedge'
    return this.#hasSecond
  }

  refused(): void {
    this.said = 'refused'
  }
}

/** Hedges of a pool whose answers take 100 ms, after so many requests. */
function world({ requests = 200, rule = RULE, latencyMs = 100 } = {}) {
  const clock = new ManualClock()
  const ports = { clock, timers: clock }
  const hedges = new Hedges(rule)
  for (let i = 0; i < requests; i++) {
    const waiter = new Waiter()
    hedges.enter(waiter, ports)
    hedges.leave(waiter)
    hedges.latency.record(latencyMs)
  }
  const enter = (waiter = new Waiter()) => {
    hedges.enter(waiter, ports)
    return waiter
  }
  return { clock, hedges, enter }
}

t.test('who waits longer than nearly all is hedged, once, and soon after', async (t) => {
  const { clock, hedges, enter } = world()
  const waiter = enter()
  clock.advance(95)
  t.equal(waiter.said, 'nothing')
  clock.advance(25)
  t.equal(waiter.said, 'hedge')
  t.equal(hedges.waiting, 0)
})

t.test('who leaves before is not', async (t) => {
  const { clock, hedges, enter } = world()
  const waiter = enter()
  clock.advance(50)
  hedges.leave(waiter)
  hedges.leave(waiter)
  clock.advance(500)
  t.equal(waiter.said, 'nothing')
})

t.test('nobody is hedged while it is not known what is slow, nor sooner than the rule says', async (t) => {
  const { clock, enter } = world({ requests: 50 })
  const early = enter()
  clock.advance(5_000)
  t.equal(early.said, 'nothing')
  const quick = world({ latencyMs: 1 })
  t.equal(quick.hedges.delayMs, 20)
  const waiter = quick.enter()
  quick.clock.advance(19)
  t.equal(waiter.said, 'nothing')
  quick.clock.advance(10)
  t.equal(waiter.said, 'hedge')
})

t.test('second requests stay within their share, and one that could not be sent costs nothing', async (t) => {
  const { clock, enter } = world({ requests: 190 })
  const waiters = Array.from({ length: 50 }, () => enter())
  clock.advance(200)
  t.equal(waiters.filter(({ said }) => said === 'hedge').length, 12, '5 % of 240')
  t.equal(waiters.filter(({ said }) => said === 'refused').length, 38)
  const alone = world({ requests: 199 })
  const lonely = Array.from({ length: 50 }, () => alone.enter(new Waiter(false)))
  alone.clock.advance(200)
  t.ok(lonely.every(({ said }) => said === 'hedge'))
})

t.test('after a stall of this thread answers are read before anybody is hedged', async (t) => {
  const { clock, hedges, enter } = world()
  let nowMs = clock.monotonicMs()
  const stalling = { clock: { wallMs: () => 0, monotonicMs: () => nowMs }, timers: clock }
  clock.advance(2_000)
  const waiter = new Waiter()
  hedges.enter(waiter, stalling)
  nowMs += 500
  clock.advance(5)
  t.equal(waiter.said, 'nothing', 'the first look after it')
  nowMs += 5
  clock.advance(5)
  t.equal(waiter.said, 'hedge')
  enter()
})

t.test('without requests there are no looks', async (t) => {
  const { clock, enter, hedges } = world()
  t.equal(clock.pending, 1, 'one timer for all')
  clock.advance(2_000)
  t.equal(clock.pending, 0)
  const waiter = enter()
  t.equal(clock.pending, 1)
  clock.advance(200)
  t.equal(waiter.said, 'hedge')
  hedges.rule = { ...RULE, minMs: 3_000 }
  t.equal(hedges.delayMs, 3_000)
})
