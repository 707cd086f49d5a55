import { createServer, type Socket } from 'node:net'
import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { createRedis } from '../../../edge/redis/client.ts'
import { HashAsk } from '../../../edge/redis/hash-ask.ts'
import { script } from '../../../edge/redis/script.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import type { Scope } from '../../support/scope.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { makeRedisConfig } from '../../support/shared-level.ts'

// What a real Redis, a dying one and a silent one do to the client is in test/scenario/redis-level.test.ts.

function clientOf(t: Scope, url: string) {
  const clock = new ManualClock()
  const client = createRedis(makeRedisConfig(url, { lookupTimeoutMs: 20 }), {
    clock,
    timers: clock,
    random: new SeededRandom(),
    log: new RecordingLog(),
  })
  t.teardown(() => client.close())
  return { client, clock }
}

/** A listener that takes connections and never says a word. */
async function silentPort(t: Scope): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => socket.destroy())))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

t.test('until there is a connection every command is answered at once with "away"', async (t) => {
  const { client, clock } = clientOf(t, `redis://127.0.0.1:${await silentPort(t)}`)
  const away = { ok: false, why: 'away' } as const
  t.equal(client.state(), 'away')
  t.same(await new Promise((done) => client.hashGet(new HashAsk('k', ['f']), done)), away)
  t.same(await client.read('k'), away)
  t.same(await client.write('k', Buffer.alloc(10), 1_000), away)
  t.same(await client.run(script('one', 'return 1'), 'k', [Buffer.alloc(10), 1, 'x']), away)
  t.same(await client.remove(['k']), away)
  t.same(await client.ping(), away)
  t.equal(clock.pending, 0, 'nothing was begun that needs a deadline')
})

t.test('a URL that is none is refused when the client is made', async (t) => {
  t.throws(() => clientOf(t, 'redis://'), EdgeError)
})
