import t from 'tap'
import { endFill, holdFill, takeFill } from '../../../edge/redis/fill-lease.ts'
import type { RedisPort } from '../../../edge/redis/redis-port.ts'
import type { Reply } from '../../../edge/redis/reply.ts'
import { script } from '../../../edge/redis/script.ts'

const SCRIPT = script('fill-lease', 'return 1')
const CLAIM = { key: 'k', token: 'me' }

function redisThatSays(reply: Reply<unknown>) {
  const calls: unknown[] = []
  const note = (how: string) => async (_script: unknown, key: string, values: readonly unknown[]) => {
    calls.push([how, key, ...values])
    return reply
  }
  return { calls, redis: { run: note('run'), ask: note('ask') } as unknown as RedisPort }
}

t.test('who waits asks within the time for lookups, who has it does not', async (t) => {
  const { calls, redis } = redisThatSays({ ok: true, value: ['held', '17'] })
  t.same(await takeFill(redis, SCRIPT, CLAIM, { leaseMs: 1_500, after: 3 }), { ok: true, value: { state: 'held', number: 17 } })
  await holdFill(redis, SCRIPT, CLAIM, 1_500)
  await endFill(redis, SCRIPT, CLAIM, { outcome: 'stored', keepMs: 2_000 })
  t.same(calls, [
    ['ask', 'k', 'take', 'me', 1_500, 3],
    ['run', 'k', 'hold', 'me', 1_500, 0],
    ['run', 'k', 'end', 'me', 2_000, 'stored'],
  ])
})

t.test('what the script cannot have said is no lease', async (t) => {
  for (const value of [null, 'OK', [], ['mine', '1'], 7]) {
    t.match(await takeFill(redisThatSays({ ok: true, value }).redis, SCRIPT, CLAIM, { leaseMs: 1, after: 0 }), {
      ok: false,
      why: 'refused',
    })
  }
})

t.test('a Redis that does not answer is passed on as it is', async (t) => {
  const late = { ok: false, why: 'late' } as const
  t.same(await takeFill(redisThatSays(late).redis, SCRIPT, CLAIM, { leaseMs: 1, after: 0 }), late)
})
