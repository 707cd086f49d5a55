import t from 'tap'
import { cachePut, changed } from '../../../edge/redis/cache-put.ts'
import type { RedisPort } from '../../../edge/redis/redis-port.ts'
import type { Reply } from '../../../edge/redis/reply.ts'
import { script } from '../../../edge/redis/script.ts'

const PUT = {
  key: 'k',
  vary: 'accept',
  record: 'x'.repeat(94),
  began: '1'.repeat(14),
  envelope: Buffer.from('e'),
  maxVariants: 8,
  keepMs: 1_000,
}
const SCRIPT = script('cache-put', 'return 1')

function redisThatSays(reply: Reply<unknown>, calls: unknown[] = []): RedisPort {
  const run = async (...call: unknown[]) => {
    calls.push(call)
    return reply
  }
  return { run } as unknown as RedisPort
}

t.test('the arguments are those of the script, in its order', async (t) => {
  const calls: unknown[] = []
  const reply = await cachePut(redisThatSays({ ok: true, value: [3, 'chunks'] }, calls), SCRIPT, PUT)
  t.same(reply, { ok: true, value: { count: 3, dropped: ['chunks'] } })
  t.same(calls, [[SCRIPT, 'k', ['accept', PUT.record, PUT.began, PUT.envelope, 8, 1_000]]])
})

t.test('a Redis that does not answer is passed on as it is', async (t) => {
  t.same(await cachePut(redisThatSays({ ok: false, why: 'away' }), SCRIPT, PUT), { ok: false, why: 'away' })
})

t.test('what no script says is no change', async (t) => {
  for (const value of [null, 'OK', [], ['x'], {}]) t.same(changed({ ok: true, value }), { ok: true, value: { count: 0, dropped: [] } })
})
