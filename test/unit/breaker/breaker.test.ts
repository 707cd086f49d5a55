import t from 'tap'
import { Breaker } from '../../../edge/breaker/breaker.ts'

function opened(atMs: number): Breaker {
  const breaker = new Breaker({ failures: 3, openMs: 1_000 })
  for (let failure = 0; failure < 3; failure++) breaker.failed(atMs)
  return breaker
}

t.test('it opens after so many failures in a row, and lets nobody through', async (t) => {
  const breaker = new Breaker({ failures: 3, openMs: 1_000 })
  breaker.failed(0)
  breaker.failed(1)
  t.equal(breaker.allow(2), true)
  t.same(breaker.state(2), { state: 'closed', failures: 2 })
  breaker.failed(2)
  t.same(breaker.state(2), { state: 'open', untilMs: 1_002 })
  t.equal(breaker.allow(2), false)
  t.equal(breaker.allow(1_001), false)
})

t.test('a success between failures starts the count anew', async (t) => {
  const breaker = new Breaker({ failures: 3, openMs: 1_000 })
  for (let round = 0; round < 5; round++) {
    breaker.failed(round)
    breaker.failed(round)
    breaker.succeeded(round)
  }
  t.same(breaker.state(5), { state: 'closed', failures: 0 })
})

t.test('after its time exactly one probe is let through', async (t) => {
  const breaker = opened(0)
  t.same(breaker.state(1_000), { state: 'half-open', probe: 'wanted' })
  t.same(
    [1_000, 1_000, 1_500].map((nowMs) => breaker.allow(nowMs)),
    [true, false, false],
  )
  t.same(breaker.state(1_500), { state: 'half-open', probe: 'out', sinceMs: 1_000 })
})

t.test('a probe that succeeds closes it', async (t) => {
  const breaker = opened(0)
  breaker.allow(1_000)
  breaker.succeeded(1_010)
  t.same(breaker.state(1_010), { state: 'closed', failures: 0 })
  t.same([breaker.allow(1_010), breaker.allow(1_010)], [true, true])
})

t.test('one probe that fails opens it again for the whole time', async (t) => {
  const breaker = opened(0)
  breaker.allow(1_000)
  breaker.failed(1_300)
  t.same(breaker.state(2_299), { state: 'open', untilMs: 2_300 })
  t.equal(breaker.allow(2_299), false)
  t.equal(breaker.allow(2_300), true)
})

t.test('a probe that never reports is given up, and another one goes', async (t) => {
  const breaker = opened(0)
  t.equal(breaker.allow(1_000), true)
  t.equal(breaker.allow(1_999), false)
  t.equal(breaker.allow(2_000), true)
  t.equal(breaker.allow(2_000), false)
})

t.test('late outcomes of calls from before change nothing while it is open', async (t) => {
  const breaker = opened(0)
  breaker.succeeded(500)
  breaker.failed(600)
  t.same(breaker.state(999), { state: 'open', untilMs: 1_000 })
})

t.test('a threshold of one opens at the first failure', async (t) => {
  const breaker = new Breaker({ failures: 1, openMs: 10 })
  breaker.failed(0)
  t.equal(breaker.allow(9), false)
})
