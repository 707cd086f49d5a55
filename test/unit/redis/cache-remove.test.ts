import t from 'tap'
import { cacheRemove } from '../../../edge/redis/cache-remove.ts'
import type { RedisPort } from '../../../edge/redis/redis-port.ts'
import { script } from '../../../edge/redis/script.ts'

t.test('the arguments are those of the script, in its order', async (t) => {
  const calls: unknown[] = []
  const run = async (...call: unknown[]) => {
    calls.push(call)
    return { ok: true, value: [2, 'a', 'b'] }
  }
  const remove = script('cache-remove', 'return 1')
  const reply = await cacheRemove({ run } as unknown as RedisPort, remove, { key: 'k', seq: '7', began: '0', fenceMs: 1_000 })
  t.same(reply, { ok: true, value: { count: 2, dropped: ['a', 'b'] } })
  t.same(calls, [[remove, 'k', ['7', '0', 1_000]]])
})
