import t from 'tap'
import { breakerInARow } from '../../../edge/breaker/in-a-row.ts'
import { FillLeases } from '../../../edge/cache/fill-leases.ts'
import type { Turn } from '../../../edge/cache/fill-turn.ts'
import { script } from '../../../edge/redis/script.ts'
import { settled } from '../../support/exchange-maker.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryRedis } from '../../support/memory-redis.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

function made() {
  const clock = new ManualClock()
  const redis = new MemoryRedis()
  const metrics = new RecordingMetrics()
  const breaker = breakerInARow({ failures: 2, openMs: 1_000 })
  const parts = { redis, breaker, metrics, clock, timers: clock, random: new SeededRandom(), keyPrefix: 'weir:' }
  const leases = new FillLeases({ ...parts, script: script('fill-lease', '-') })
  const counted = (outcome: string) => metrics.value('weir_fill_leases_total', [outcome])
  return { clock, redis, leases, breaker, counted, claim: leases.claim('key', 5_000) }
}

/** Lets time pass until a turn is there, in steps that no timer takes longer than. */
async function turnOf(turn: Promise<Turn>, clock: ManualClock): Promise<{ readonly turn: Turn; readonly afterMs: number }> {
  const beganMs = clock.monotonicMs()
  let got: Turn | null = null
  void turn.then((value) => {
    got = value
  })
  for (let step = 0; step < 20_000 && got === null; step++) {
    await settled()
    if (got === null) clock.advance(5)
  }
  if (got === null) throw new Error('no turn came')
  return { turn: got, afterMs: clock.monotonicMs() - beganMs }
}

t.test('who takes the lease fetches, and says once how that ended', async (t) => {
  const { claim, redis, clock, counted } = made()
  const turn = await claim.turn()
  if (turn.kind !== 'mine') throw new Error(turn.kind)
  await turn.fill.end('stored')
  await turn.fill.end('failed')
  t.match(redis.puts, [['end', /^[0-9a-f]{24}$/, 2_000, 'stored']])
  t.same([redis.puts.length, clock.pending, counted('taken')], [1, 0, 1])
})

t.test('while it is held by another the turn is asked for again, less and less often', async (t) => {
  const { claim, redis, clock, counted } = made()
  redis.says.splice(0, 1, ['held', '5'], ['held', '5'], ['held', '5'], ['stored', '5'], ['taken', '6'])
  const { turn, afterMs } = await turnOf(claim.turn(), clock)
  t.same(turn, { kind: 'ended', outcome: 'stored' })
  t.ok(afterMs >= 30 && afterMs <= 120, `${afterMs} ms`)
  t.equal((await claim.turn()).kind, 'mine')
  t.same(
    redis.asked.map((values) => values.at(-1)),
    [0, 0, 0, 0, 5],
    'what was of no use is passed over',
  )
  t.same([counted('stored'), counted('taken')], [1, 1])
})

t.test('nobody waits for longer than he may, and asks no more than that needs', async (t) => {
  const { claim, redis, clock, counted } = made()
  redis.says.splice(0, 1, ['held', '5'])
  const { turn, afterMs } = await turnOf(claim.turn(), clock)
  t.equal(turn.kind, 'late')
  t.ok(afterMs >= 5_000 && afterMs <= 5_200, `${afterMs} ms`)
  t.ok(redis.asked.length < 120, `${redis.asked.length} asked`)
  t.equal(counted('timeout'), 1)
})

t.test('without an answer of Redis everybody goes alone at once', async (t) => {
  const { leases, redis, counted, clock } = made()
  for (const failure of [
    { ok: false, why: 'late' },
    { ok: false, why: 'away' },
    { ok: false, why: 'refused', code: 'NOPERM' },
  ] as const) {
    redis.failure = failure
    t.same(await leases.claim('key', 5_000).turn(), { kind: 'alone' })
    t.same([counted(failure.why), clock.pending], [1, 0])
  }
})

t.test('a Redis that lookups found away is not asked', async (t) => {
  const { leases, redis, counted, clock, breaker } = made()
  for (let i = 0; i < 2; i++) breaker.failed(clock.monotonicMs())
  t.same(await leases.claim('key', 5_000).turn(), { kind: 'alone' })
  t.same([counted('spared'), redis.asked.length], [1, 0])
})

t.test('the lease is renewed while the fetch runs, and given up when nobody has to wait for it any more', async (t) => {
  const { claim, redis, clock } = made()
  const turn = await claim.turn()
  if (turn.kind !== 'mine') throw new Error(turn.kind)
  for (let i = 0; i < 4; i++) clock.advance(1_000)
  t.same(new Set(redis.puts.map(([verb]) => verb)), new Set(['hold']))
  t.equal(redis.puts.length, 4)
  clock.advance(1_000)
  t.match(redis.puts.at(-1), ['end', String, 1_000, 'failed'])
  clock.advance(10_000)
  await turn.fill.end('stored')
  t.same([redis.puts.length, clock.pending], [5, 0])
})
