import t from 'tap'
import type { BreakerConfig } from '../../../edge/contract/breaker.ts'
import { checkBreaker } from '../../../edge/contract/check-breaker.ts'

const problems = (openMs: number, maxOpenMs: number) => [...checkBreaker('/pools/shop/breaker', { openMs, maxOpenMs } as BreakerConfig)]

t.test('the first time open is at most the longest', async (t) => {
  t.same([...checkBreaker('/pools/shop/breaker', undefined)], [])
  t.same(problems(1_000, 1_000), [])
  t.match(problems(1_001, 1_000), [{ pointer: '/pools/shop/breaker/openMs', message: /at most maxOpenMs, which is 1000/ }])
})
