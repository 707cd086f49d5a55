import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findBinary } from './find-binary.ts'
import { freePort } from './free-port.ts'
import { answersPing, startRedis, type TestRedis } from './redis.ts'
import type { Scope } from './scope.ts'
import { Service } from './service.ts'
import { tempDir } from './temp-dir.ts'
import { until } from './until.ts'

/** A master, its replica, and sentinels that watch them. */
export interface TestSentinels {
  readonly master: TestRedis
  readonly replica: TestRedis
  /** `host:port` of each sentinel. */
  readonly addresses: readonly string[]
  /** The port of the master as the sentinels see it now. */
  masterPort(): Promise<number>
}

const NAME = 'mymaster'

/** Starts them, and waits until the sentinels know of each other and of the replica. */
export async function startSentinels(t: Scope): Promise<TestSentinels> {
  const master = await startRedis(t)
  const replica = await startRedis(t, { args: ['--replicaof', '127.0.0.1', String(master.port), '--repl-diskless-sync-delay', '0'] })
  const ports = [await startSentinel(t, master.port), await startSentinel(t, master.port)]
  const shells = ports.map((port) => new Redis(port, '127.0.0.1'))
  t.teardown(() => shells.forEach((shell) => void shell.disconnect()))
  const known = async (shell: Redis): Promise<boolean> => {
    const [replicas, sentinels] = await Promise.all([shell.call('SENTINEL', 'REPLICAS', NAME), shell.call('SENTINEL', 'SENTINELS', NAME)])
    return (replicas as unknown[]).length === 1 && (sentinels as unknown[]).length === 1
  }
  const ready = async () => (await Promise.all(shells.map(known))).every(Boolean)
  await until(ready, { what: 'the sentinels to know each other and the replica', deadlineMs: 60_000, everyMs: 50 })
  return {
    master,
    replica,
    addresses: ports.map((port) => `127.0.0.1:${port}`),
    masterPort: async () => Number(((await shells[0]!.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as string[])[1]),
  }
}

async function startSentinel(t: Scope, masterPort: number): Promise<number> {
  const port = await freePort()
  const file = join(tempDir(t), 'sentinel.conf')
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2`,
    `sentinel down-after-milliseconds ${NAME} 1000`,
    `sentinel failover-timeout ${NAME} 3000`,
  ]
  writeFileSync(file, `${settings.join('\n')}\n`)
  await Service.start(t, {
    name: 'redis-sentinel',
    command: findBinary('redis-server'),
    args: [file, '--sentinel'],
    isReady: () => answersPing(port),
  })
  return port
}
