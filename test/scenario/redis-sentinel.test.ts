import { Redis } from 'ioredis'
import t from 'tap'
import { Fields } from '../../edge/http/fields.ts'
import { startSentinels } from '../support/redis-sentinel.ts'
import { startReadyLevel } from '../support/shared-level.ts'
import { until } from '../support/until.ts'
import { makeEntry } from '../unit/cache/make-entry.ts'

const ANY = Fields.of()

function lasting() {
  const nowMs = Date.now()
  return makeEntry({ requestedAtMs: nowMs, receivedAtMs: nowMs, keepUntilMs: nowMs + 600_000 })
}

t.test('the master that sentinels name is used, and the next one after it died', async (t) => {
  const { master, replica, addresses, masterPort } = await startSentinels(t)
  // Of two sentinels one may be away already when an edge starts.
  const awayFirst = `redis://127.0.0.1:1`
  const { level, redis, lookups } = await startReadyLevel(t, awayFirst, { topology: 'sentinel', others: [...addresses] })
  await level.put('before', lasting(), 8, Date.now())
  t.ok(await level.get('before', ANY, Date.now()))
  const shell = new Redis(master.port, '127.0.0.1')
  t.equal(await shell.call('WAIT', 1, 20_000), 1, 'the replica has it')
  shell.disconnect()

  await master.kill()
  t.equal(await level.get('before', ANY, Date.now()), null, 'a miss, not a fault')
  const foundAgain = () => level.get('before', ANY, Date.now())
  await until(foundAgain, { what: 'what was stored to be found at the next master', deadlineMs: 60_000, everyMs: 50 })
  t.equal(await masterPort(), replica.port)
  t.equal(redis.state(), 'ready')
  await level.put('after', lasting(), 8, Date.now())
  t.ok(await level.get('after', ANY, Date.now()), 'and it takes writes')
  t.ok(lookups('away') + lookups('spared') > 0)
})
