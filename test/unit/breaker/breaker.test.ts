import t from 'tap'
import { Breaker, type BreakerRule, type Judge } from '../../../edge/breaker/breaker.ts'
import { InARow } from '../../../edge/breaker/in-a-row.ts'

const RULE: Omit<BreakerRule, 'judge'> = { openMs: () => 1_000, probes: 1, successes: 1, probeMs: 1_000 }

function breakerOf(rule: Partial<BreakerRule> = {}): Breaker {
  return new Breaker({ ...RULE, judge: new InARow(3), ...rule })
}

function opened(atMs: number, rule: Partial<BreakerRule> = {}): Breaker {
  const breaker = breakerOf(rule)
  for (let failure = 0; failure < 3; failure++) breaker.failed(atMs)
  return breaker
}

/** Lets a probe through and says what came of it. */
function probe(breaker: Breaker, nowMs: number, outcome: 'succeeded' | 'slow' | 'failed' | 'nothing'): void {
  t.equal(breaker.allow(nowMs), true, `a probe at ${nowMs}`)
  breaker.report(outcome, nowMs, breaker.era)
}

t.test('it opens when its judge has seen enough, says why, and lets nobody through', async (t) => {
  const breaker = breakerOf()
  breaker.failed(0)
  breaker.failed(1)
  t.equal(breaker.allow(2), true)
  t.same(breaker.state(2), { state: 'closed' })
  breaker.failed(2)
  t.same(breaker.state(2), { state: 'open', cause: 'in-a-row', untilMs: 1_002 })
  t.equal(breaker.allow(2), false)
  t.equal(breaker.allow(1_001), false)
})

t.test('after its time exactly one probe is let through', async (t) => {
  const breaker = opened(0)
  t.match(breaker.state(1_000), { state: 'half-open', out: 0 })
  t.same(
    [1_000, 1_000, 1_500].map((nowMs) => breaker.allow(nowMs)),
    [true, false, false],
  )
  t.match(breaker.state(1_500), { state: 'half-open', out: 1, sinceMs: 1_000 })
})

t.test('a probe that succeeds closes it, and what the judge had seen is forgotten', async (t) => {
  const breaker = opened(0)
  probe(breaker, 1_000, 'succeeded')
  t.same(breaker.state(1_010), { state: 'closed' })
  t.same([breaker.allow(1_010), breaker.allow(1_010)], [true, true])
  breaker.failed(1_010)
  breaker.failed(1_010)
  t.same(breaker.state(1_010), { state: 'closed' })
})

t.test('one probe that fails opens it again for the whole time', async (t) => {
  const breaker = opened(0)
  breaker.allow(1_000)
  breaker.failed(1_300)
  t.match(breaker.state(2_299), { state: 'open', untilMs: 2_300 })
  t.equal(breaker.allow(2_299), false)
  t.equal(breaker.allow(2_300), true)
})

t.test('so many probes at once, and so many that must succeed', async (t) => {
  const breaker = opened(0, { probes: 2, successes: 3 })
  t.same([breaker.allow(1_000), breaker.allow(1_000), breaker.allow(1_000)], [true, true, false])
  const { era } = breaker
  breaker.report('succeeded', 1_010, era)
  t.match(breaker.state(1_010), { state: 'half-open', out: 1, succeeded: 1 })
  t.equal(breaker.allow(1_010), true)
  breaker.report('succeeded', 1_020, era)
  t.equal(breaker.state(1_020).state, 'half-open')
  breaker.report('slow', 1_030, era)
  t.equal(breaker.state(1_030).state, 'closed', 'a slow success is one where failures were the cause')
})

t.test('a probe that says nothing makes room for the next', async (t) => {
  const breaker = opened(0)
  for (let gone = 0; gone < 3; gone++) probe(breaker, 1_000, 'nothing')
  t.match(breaker.state(1_000), { state: 'half-open', out: 0, succeeded: 0 })
})

t.test('a slow probe opens it again where being slow was the cause', async (t) => {
  const judge: Judge = { note: () => 'slow-ratio', forget() {} }
  const breaker = breakerOf({ judge })
  breaker.report('slow', 0, breaker.era)
  t.match(breaker.state(0), { state: 'open', cause: 'slow-ratio' })
  probe(breaker, 1_000, 'slow')
  t.match(breaker.state(1_000), { state: 'open', untilMs: 2_000 })
})

t.test('a probe that never reports is given up, and another one goes', async (t) => {
  const breaker = opened(0)
  t.equal(breaker.allow(1_000), true)
  t.equal(breaker.allow(1_999), false)
  t.equal(breaker.allow(2_000), true)
  t.equal(breaker.allow(2_000), false)
})

t.test('calls from before it opened change nothing, neither while it is open nor while it is probed', async (t) => {
  const breaker = breakerOf()
  const { era } = breaker
  for (let failure = 0; failure < 3; failure++) breaker.report('failed', 0, era)
  breaker.report('succeeded', 500, era)
  breaker.report('failed', 600, era)
  t.match(breaker.state(999), { state: 'open', untilMs: 1_000 })
  breaker.allow(1_000)
  breaker.report('succeeded', 1_001, era)
  t.equal(breaker.state(1_001).state, 'half-open')
  breaker.report('failed', 1_002, era)
  t.equal(breaker.state(1_002).state, 'half-open')
  const probing = breaker.era
  breaker.report('succeeded', 1_003, probing)
  t.equal(breaker.state(1_003).state, 'closed')
  for (let failure = 0; failure < 3; failure++) breaker.report('failed', 1_004, probing)
  t.equal(breaker.state(1_004).state, 'closed', 'late probes')
})

t.test('it stays open longer each time, until it has been closed for as long as it was open last', async (t) => {
  const breaker = opened(0, { openMs: (nth) => 1_000 * 2 ** (nth - 1) })
  probe(breaker, 1_000, 'failed')
  t.match(breaker.state(1_000), { untilMs: 3_000 })
  probe(breaker, 3_000, 'succeeded')
  for (let failure = 0; failure < 3; failure++) breaker.failed(3_100)
  t.match(breaker.state(3_100), { state: 'open', untilMs: 7_100 }, 'too soon after: the third')
  probe(breaker, 7_100, 'succeeded')
  for (let failure = 0; failure < 3; failure++) breaker.failed(11_100)
  t.match(breaker.state(11_100), { state: 'open', untilMs: 12_100 }, 'a good while after: the first again')
})

t.test('another rule goes on from where it stands', async (t) => {
  const breaker = opened(0)
  breaker.follow({ ...RULE, judge: new InARow(1), probes: 2 })
  t.match(breaker.state(999), { state: 'open', untilMs: 1_000 })
  t.same([breaker.allow(1_000), breaker.allow(1_000), breaker.allow(1_000)], [true, true, false])
})
