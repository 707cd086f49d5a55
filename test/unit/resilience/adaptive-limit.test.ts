import t from 'tap'
import { AdaptiveLimit } from '../../../edge/resilience/adaptive-limit.ts'
import { type QueueServer, SaturatedQueue } from '../../support/queue-server.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const RULE = { floor: 4, ceiling: 1_000, tolerance: 2, windowMs: 1_000 }

function world(server: QueueServer, seed: number) {
  const limit = new AdaptiveLimit(RULE)
  return { limit, queue: new SaturatedQueue(server, limit, new SeededRandom(seed)) }
}

t.test('it settles a little above what the servers do at once, whatever their number and time', async (t) => {
  for (const [servers, serviceMs] of [
    [8, 10],
    [20, 50],
    [100, 20],
    [100, 200],
  ] as const) {
    for (let seed = 1; seed <= 2; seed++) {
      const { queue } = world({ servers, serviceMs }, seed)
      queue.run(20_000)
      const { perSecond, lowest, highest } = queue.run(20_000)
      const name = `${servers} servers of ${serviceMs} ms, seed ${seed}: ${lowest} to ${highest}, ${Math.round(perSecond)}/s`
      t.ok(perSecond > 0.9 * ((servers * 1_000) / serviceMs), `${name}: what they can do is done`)
      t.ok(highest < 4 * servers, `${name}: and not much more waits there`)
    }
  }
})

t.test('it warms up within a few hundred answers', async (t) => {
  const { limit, queue } = world({ servers: 100, serviceMs: 20 }, 1)
  queue.run(1_000)
  t.ok(limit.limit >= 64, `${limit.limit}`)
})

t.test('it shrinks while the servers are slow, and is back soon after', async (t) => {
  const server = { servers: 50, serviceMs: 20 }
  const { limit, queue } = world(server, 3)
  queue.run(60_000)
  const before = limit.limit
  server.serviceMs = 400
  queue.run(10_000)
  t.ok(limit.limit < before / 2, `${before} before, ${limit.limit} while slow`)
  server.serviceMs = 20
  queue.run(40_000)
  const { perSecond } = queue.run(30_000)
  t.ok(perSecond > 0.9 * 2_500, `${Math.round(perSecond)}/s after`)
})

t.test('servers that are slower from now on are the new measure after a while', async (t) => {
  const server = { servers: 50, serviceMs: 20 }
  const { queue } = world(server, 4)
  queue.run(30_000)
  server.serviceMs = 100
  queue.run(120_000)
  const { perSecond } = queue.run(60_000)
  t.ok(perSecond > 0.9 * 500, `${Math.round(perSecond)}/s`)
})

t.test('lasting overload does not let it grow', async (t) => {
  const { queue } = world({ servers: 20, serviceMs: 50 }, 5)
  queue.run(60_000)
  const { highest } = queue.run(600_000)
  t.ok(highest < 80, `${highest} at most in ten minutes`)
})

t.test('what is not used does not grow, and measuring lowers nothing', async (t) => {
  const { limit, queue } = world({ servers: 100, serviceMs: 20 }, 6)
  queue.run(60_000, 20)
  t.ok(limit.limit <= 80, `${limit.limit} with 20 clients`)
  const settled = limit.limit
  const { lowest } = queue.run(100_000, 20)
  t.ok(lowest >= settled * 0.9, `never below ${lowest} where it was ${settled}`)
  t.ok(limit.idleMs! > 15 && limit.idleMs! < 25, `${limit.idleMs} ms when idle`)
})

t.test('it never leaves its bounds', async (t) => {
  const bounds = new AdaptiveLimit({ floor: 5, ceiling: 12, tolerance: 2, windowMs: 10 })
  const random = new SeededRandom(1)
  const limits = new Set<number>()
  for (let nowMs = 0; nowMs < 100_000; nowMs += 10) {
    bounds.answered(random.pick([1, 10, 10_000]), random.integer(1, 20), nowMs)
    limits.add(bounds.limit)
  }
  t.same([Math.min(...limits), Math.max(...limits)], [5, 12])
  bounds.follow({ floor: 20, ceiling: 30, tolerance: 2, windowMs: 10 })
  t.equal(bounds.limit, 20)
})

t.test('what fails at once says nothing, what fails late counts as late', async (t) => {
  const limit = new AdaptiveLimit({ ...RULE, windowMs: 1 })
  for (let i = 0; i < 1_000; i++) limit.answered(20, limit.limit, i)
  const [before, idleMs] = [limit.limit, limit.idleMs]
  for (let i = 0; i < 1_000; i++) limit.failed(1, limit.limit, 1_000 + i)
  t.same([limit.limit, limit.idleMs], [before, idleMs])
  for (let i = 0; i < 1_000; i++) limit.failed(10_000, limit.limit, 20_000 * (i + 1))
  t.ok(limit.limit < before / 2)
})
