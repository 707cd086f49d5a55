import { Redis } from 'ioredis'
import t from 'tap'
import { Fields } from '../../edge/http/fields.ts'
import { startCluster } from '../support/redis-cluster.ts'
import type { Scope } from '../support/scope.ts'
import { startReadyLevel } from '../support/shared-level.ts'
import { until } from '../support/until.ts'
import { makeEntry } from '../unit/cache/make-entry.ts'

const ANY = Fields.of()
const IMAGE = Fields.of({ 'content-type': 'image/png' })
const LONG = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31) % 251)
const KEYS = Array.from({ length: 60 }, (_, i) => `https://shop.example/p/${i}`)

function lasting(body: Uint8Array = Buffer.from('hello')) {
  const nowMs = Date.now()
  return makeEntry({ body, fields: IMAGE, requestedAtMs: nowMs, receivedAtMs: nowMs, keepUntilMs: nowMs + 600_000 })
}

async function startClusterLevel(t: Scope, addresses: readonly string[], lookupTimeoutMs = 10_000) {
  return startReadyLevel(t, `redis://${addresses[0]}`, { topology: 'cluster', others: [...addresses.slice(1)], lookupTimeoutMs })
}

t.test('keys are spread over the nodes, an entry and its chunks stay together', async (t) => {
  const { addresses, masters } = await startCluster(t, 'masters-only')
  const [one, two] = [await startClusterLevel(t, addresses), await startClusterLevel(t, addresses)]
  for (const key of KEYS) await one.level.put(key, lasting(), 8, Date.now())
  await one.level.put('long', lasting(LONG), 8, Date.now())
  const found = await Promise.all(KEYS.map((key) => two.level.get(key, ANY, Date.now())))
  t.equal(found.filter((entry) => entry !== null).length, KEYS.length)
  const long = await two.level.get('long', ANY, Date.now())
  t.ok(long && Buffer.compare(long.body, LONG) === 0)
  t.same([one.stores('stored'), two.lookups('hit')], [KEYS.length + 1, KEYS.length + 1])

  const shells = masters.map(({ port }) => new Redis(port, '127.0.0.1'))
  t.teardown(() => shells.forEach((shell) => void shell.disconnect()))
  const sizes = await Promise.all(shells.map((shell) => shell.dbsize()))
  t.ok(
    sizes.every((size) => size > 0),
    `each node has some: ${sizes}`,
  )
  await one.level.delete('long')
  for (const key of KEYS) await one.level.delete(key, 1)
  t.equal(await two.level.get(KEYS[0]!, ANY, Date.now()), null)
  const left = await Promise.all(shells.map((shell) => shell.dbsize()))
  t.equal(
    left.reduce((sum, size) => sum + size, 0),
    KEYS.length + 1,
    'the fences are left',
  )
})

t.test('keys that move to another node are found there', async (t) => {
  const { addresses, masters } = await startCluster(t, 'masters-only')
  const { level, lookups } = await startClusterLevel(t, addresses)
  const shells = masters.map(({ port }) => new Redis(port, '127.0.0.1'))
  t.teardown(() => shells.forEach((shell) => void shell.disconnect()))
  // A slot without keys moves at once; what is stored for it afterwards goes to the new node by MOVED.
  const ids = await Promise.all(shells.map(async (shell) => String(await shell.call('CLUSTER', 'MYID'))))
  for (const slot of Array.from({ length: 3_000 }, (_, i) => i)) {
    for (const shell of [shells[1]!, shells[0]!, shells[2]!]) void shell.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[1]!)
  }
  await Promise.all(shells.map((shell) => shell.ping()))
  for (const key of KEYS) await level.put(key, lasting(), 8, Date.now())
  for (const key of KEYS) t.ok(await level.get(key, ANY, Date.now()), key)
  t.equal(lookups('hit'), KEYS.length)
})

t.test('when a master dies its keys are misses, those of the others are not, and its replica takes over', async (t) => {
  const { addresses, masters } = await startCluster(t, 'with-replica')
  const { level, redis } = await startClusterLevel(t, addresses, 1_000)
  for (const key of KEYS) await level.put(key, lasting(), 8, Date.now())
  const held = async () => {
    let hits = 0
    for (const key of KEYS) if ((await level.get(key, ANY, Date.now())) !== null) hits++
    return hits
  }
  await until(async () => (await held()) === KEYS.length, { what: 'all keys to be found' })
  const shell = new Redis(masters[0]!.port, '127.0.0.1')
  t.equal(await shell.call('WAIT', 1, 20_000), 1, 'the replica has them')
  shell.disconnect()

  await masters[0]!.kill()
  const slowestMs = await slowest(() => level.get(KEYS[0]!, ANY, Date.now()))
  t.ok(slowestMs < 15_000, `every lookup ends by itself: ${slowestMs} ms`)
  await until(async () => (await held()) === KEYS.length, { what: 'all keys to be found again', deadlineMs: 60_000, everyMs: 100 })
  t.equal(redis.state(), 'ready')
})

async function slowest(look: () => unknown): Promise<number> {
  let slowestMs = 0
  for (let i = 0; i < 20; i++) {
    const startMs = performance.now()
    await look()
    slowestMs = Math.max(slowestMs, performance.now() - startMs)
  }
  return slowestMs
}
