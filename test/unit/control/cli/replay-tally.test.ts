import t from 'tap'
import type { ReplayRequest } from '../../../../control/cli/recorded-traffic.ts'
import type { Expected } from '../../../../control/cli/replay-run.ts'
import { ReplayTally } from '../../../../control/cli/replay-tally.ts'
import type { Outcome } from '../../../../control/client/replay-sender.ts'

const request = { method: 'GET', target: '/a' } as ReplayRequest
const answered = (changes: object = {}): Outcome => ({ kind: 'answered', status: 200, bytes: 5, digest: 'A', tookMs: 1, ...changes })
const expected: Expected = { status: 200, bytes: 5, digest: 'A' }

function tally(...all: readonly (readonly [Outcome, Expected | null])[]) {
  const counts = new ReplayTally()
  for (const [outcome, wanted] of all) counts.note({ request, outcome, expected: wanted, latencyMs: 2, lateMs: 0 })
  return counts.result()
}

t.test('answers are laid beside the expected ones: status, then length, then body', async (t) => {
  const result = tally(
    [answered(), expected],
    [answered({ status: 500, bytes: 1 }), expected],
    [answered({ bytes: 6 }), expected],
    [answered({ digest: 'B' }), expected],
    [answered({ digest: 'B' }), null],
    [answered({ digest: 'B' }), { status: 200, bytes: null, digest: null }],
  )
  t.match(result, { sent: 6, compared: 5, different: 3, differences: { status: 1, length: 1, body: 1 }, statuses: { 200: 5, 500: 1 } })
  t.match(result.examples[0], { target: '/a', differences: [{ kind: 'status', expected: '200', got: '500' }] })
})

t.test('failures are counted by what they say, and compared with nothing', async (t) => {
  const failed = (sentence: string): Outcome => ({ kind: 'failed', sentence, tookMs: 1 })
  const many = Array.from({ length: 30 }, (_, i) => [failed(`port ${i}`), expected] as const)
  const result = tally([failed('reset'), expected], [failed('reset'), expected], ...many)
  t.match(result, { failed: 32, compared: 0, failures: { reset: 2, others: 11 } })
})

t.test('quantiles are values that were there', async (t) => {
  const counts = new ReplayTally()
  for (let ms = 1; ms <= 100; ms++)
    counts.note({ request, outcome: answered({ tookMs: ms }), expected: null, latencyMs: 10 * ms, lateMs: ms === 100 ? 7 : 0 })
  t.same(counts.result().serviceMs, { p50: 50, p90: 90, p99: 99, max: 100 })
  t.same(counts.result().latencyMs, { p50: 500, p90: 900, p99: 990, max: 1_000 })
  t.same(counts.result().lateMs, { p50: 0, p90: 0, p99: 0, max: 7 })
  t.same(tally().latencyMs, { p50: 0, p90: 0, p99: 0, max: 0 })
})
