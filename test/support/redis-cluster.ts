import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { startRedis, type TestRedis } from './redis.ts'
import type { Scope } from './scope.ts'
import { until } from './until.ts'

const SLOTS = 16_384

/** Masters that share all slots evenly, each with the `replicas` asked for, as one Redis Cluster on loopback. */
export interface TestCluster {
  readonly masters: readonly TestRedis[]
  readonly replicas: readonly TestRedis[]
  /** `host:port` of each master. */
  readonly addresses: readonly string[]
}

/** A port whose cluster bus port, 10,000 above, can be listened on too. */
async function startNode(t: Scope): Promise<TestRedis> {
  const busPort = await freePort()
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1500', '--cluster-port', String(busPort)]
  return startRedis(t, { args: [...settings, '--cluster-require-full-coverage', 'no', '--repl-diskless-sync-delay', '0'] })
}

/** Starts a cluster of three masters, the first of them with a replica if asked, and waits until it serves. */
export async function startCluster(t: Scope, replicaOfFirst: 'with-replica' | 'masters-only'): Promise<TestCluster> {
  const masters = await Promise.all([startNode(t), startNode(t), startNode(t)])
  const replicas = replicaOfFirst === 'with-replica' ? [await startNode(t)] : []
  const nodes = [...masters, ...replicas]
  const shells = nodes.map(({ port }) => new Redis(port, '127.0.0.1', { lazyConnect: true }))
  try {
    await Promise.all(shells.map((shell) => shell.connect()))
    for (const [i, shell] of shells.slice(0, masters.length).entries()) {
      const first = Math.ceil((i * SLOTS) / masters.length)
      await shell.call('CLUSTER', 'ADDSLOTSRANGE', first, Math.ceil(((i + 1) * SLOTS) / masters.length) - 1)
      await shell.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
    }
    for (const { port, busPort } of await Promise.all(shells.map(busPortOf)))
      await shells[0]!.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort)
    const states = async () => Promise.all(shells.map(async (shell) => String(await shell.call('CLUSTER', 'INFO'))))
    const joined = (info: string) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`)
    await until(async () => (await states()).every(joined), { what: 'the cluster to be whole', deadlineMs: 60_000 })
    const firstId = String(await shells[0]!.call('CLUSTER', 'MYID'))
    for (const shell of shells.slice(masters.length)) {
      await shell.call('CLUSTER', 'REPLICATE', firstId)
      await until(async () => (await shell.info('replication')).includes('master_link_status:up'), {
        what: 'the replica',
        deadlineMs: 60_000,
      })
    }
  } finally {
    for (const shell of shells) shell.disconnect()
  }
  return { masters, replicas, addresses: masters.map(({ port }) => `127.0.0.1:${port}`) }
}

async function busPortOf(shell: Redis): Promise<{ port: number; busPort: number }> {
  const [, port, busPort] = /:(\d+)@(\d+)/.exec(String(await shell.call('CLUSTER', 'NODES'))) ?? []
  return { port: Number(port), busPort: Number(busPort) }
}
