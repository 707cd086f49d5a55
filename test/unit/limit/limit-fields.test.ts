import t from 'tap'
import { quotaPolicy, rateLimitField, rateLimitPolicyField, retryAfterField } from '../../../edge/limit/limit-fields.ts'
import { MAX_RETRY_AFTER_MS, type Verdict } from '../../../edge/limit/limiter.ts'

const BURST = quotaPolicy({ id: 'burst', rate: { count: 100, perMs: 60_000 }, burst: 100 })
const DAILY = quotaPolicy({ id: 'daily', rate: { count: 1_000, perMs: 86_400_000 }, burst: 50 })

const refusal = (retryAfterMs: number) => ({ allowed: false, remaining: 0, resetMs: 60_000, retryAfterMs }) as const

t.test('a policy says its rate as quota and window, and its burst when that is another number', async (t) => {
  t.equal(rateLimitPolicyField([BURST, DAILY]), '"burst";q=100;w=60, "daily";q=1000;w=86400;weir-burst=50')
  t.equal(rateLimitPolicyField([]), '')
})

t.test('while requests pass, every limit tells what is left and when it is whole', async (t) => {
  const readings: Verdict[] = [
    { allowed: true, remaining: 50, resetMs: 29_001 },
    { allowed: true, remaining: 50, resetMs: 0 },
  ]
  t.equal(rateLimitField([BURST, DAILY], { allowed: true, readings }), '"burst";r=50;t=30, "daily";r=50;t=0')
  t.equal(rateLimitField([], { allowed: true, readings: [] }), '')
})

t.test('after a refusal only the limit that refused is told, and Retry-After does not point before it', async (t) => {
  for (const [retryAfterMs, seconds] of [
    [1, 1],
    [600, 1],
    [1_000, 1],
    [1_001, 2],
    [MAX_RETRY_AFTER_MS, 31_536_000],
  ] as const) {
    const verdict = refusal(retryAfterMs)
    const readings: Verdict[] = [{ allowed: true, remaining: 100, resetMs: 0 }, verdict]
    t.equal(rateLimitField([BURST, DAILY], { allowed: false, by: 1, verdict, readings }), `"daily";r=0;t=${seconds}`)
    t.equal(retryAfterField(verdict), String(seconds))
  }
})
