import t from 'tap'
import { type BreakerConfig, BreakerSchema } from '../../../edge/contract/breaker.ts'
import { validate } from '../../../edge/contract/validate.ts'
import { PoolBreaker } from '../../../edge/resilience/pool-breaker.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

function configOf(settings: object): BreakerConfig {
  const valid = validate(BreakerSchema, settings)
  if (!valid.ok) throw new Error(JSON.stringify(valid.problems))
  return valid.value
}

const made = (settings: object, seed = 1) => new PoolBreaker(configOf(settings), new SeededRandom(seed))

function fail(breaker: PoolBreaker, nowMs: number, times = 1): void {
  for (let i = 0; i < times; i++) breaker.breaker.report('failed', nowMs, breaker.breaker.era)
}

t.test('the defaults: half of at least twenty requests, then five seconds, shorter by chance', async (t) => {
  const breaker = made({})
  fail(breaker, 0, 19)
  t.notOk(breaker.refuses(0))
  fail(breaker, 0)
  t.ok(breaker.refuses(0))
  const afterMs = breaker.retryAfterMs(0)
  t.ok(afterMs > 4_500 && afterMs <= 5_000, `${afterMs} ms`)
  t.not(
    afterMs,
    (() => {
      const other = made({}, 2)
      fail(other, 0, 20)
      return other.retryAfterMs(0)
    })(),
    'another edge draws another time',
  )
})

t.test('it stays open longer and longer, up to the longest time', async (t) => {
  const breaker = made({ consecutiveFailures: 1, openMs: 100, maxOpenMs: 500, jitterRatio: 0 })
  const opens: number[] = []
  let nowMs = 0
  fail(breaker, nowMs)
  for (let round = 0; round < 5; round++) {
    opens.push(breaker.retryAfterMs(nowMs))
    nowMs += breaker.retryAfterMs(nowMs)
    t.equal(breaker.breaker.allow(nowMs), true)
    fail(breaker, nowMs)
  }
  t.same(opens, [100, 200, 400, 500, 500])
})

t.test('while it is half-open it refuses whoever comes beside its probes, without taking their place', async (t) => {
  const breaker = made({ consecutiveFailures: 1, openMs: 100, jitterRatio: 0, probes: 2 })
  fail(breaker, 0)
  t.same([breaker.refuses(100), breaker.refuses(100)], [false, false])
  breaker.breaker.allow(100)
  t.notOk(breaker.refuses(100))
  breaker.breaker.allow(100)
  t.ok(breaker.refuses(100))
  t.equal(breaker.retryAfterMs(100), 1_000)
})

t.test('only what is slower than the rule says is slow', async (t) => {
  t.equal(made({}).answeredIn(3_600_000), 'succeeded')
  const breaker = made({ slowMs: 100 })
  t.equal(breaker.answeredIn(100), 'succeeded')
  t.equal(breaker.answeredIn(101), 'slow')
})

t.test('equal settings forget nothing; others forget what was counted, and leave it open', async (t) => {
  const breaker = made({ consecutiveFailures: 3 })
  fail(breaker, 0, 2)
  breaker.follow(configOf({ consecutiveFailures: 3 }))
  fail(breaker, 0)
  t.ok(breaker.refuses(0), 'two before, one after')
  breaker.follow(configOf({ consecutiveFailures: 5 }))
  t.ok(breaker.refuses(0))

  const closed = made({ consecutiveFailures: 3 })
  fail(closed, 0, 2)
  closed.follow(configOf({ consecutiveFailures: 4 }))
  fail(closed, 0, 3)
  t.notOk(closed.refuses(0), 'the rule is another one, and so is its count')
})
