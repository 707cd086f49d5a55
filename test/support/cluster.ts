import { type Crowd, sendCrowd } from './crowd.ts'
import { startEdge, type TestEdge } from './edge.ts'
import { type ScriptedOrigin, startOrigin } from './origin.ts'
import { startRedis, type TestRedis } from './redis.ts'
import type { Scope } from './scope.ts'
import { until } from './until.ts'

/** Fields of an answer that all may have for a minute. */
export const KEPT = { 'cache-control': 'max-age=60', etag: '"1"' }
/** Fresh for no moment: what is kept of it must be asked about. */
export const EXPIRED = { ...KEPT, age: '60' }

/** Edges that share a Redis, before one origin. */
export interface Cluster {
  readonly origin: ScriptedOrigin
  readonly redis: TestRedis
  readonly edges: readonly TestEdge[]
  readonly ports: readonly number[]
}

/** Starts a cluster for one test. @param cache rule of its routes @param lookupTimeoutMs long, since a busy machine must not decide who waits */
export async function clusterOf(t: Scope, count: number, cache: object = {}, lookupTimeoutMs = 5_000): Promise<Cluster> {
  const [origin, redis] = await Promise.all([startOrigin(t, { body: 'page', headers: KEPT }), startRedis(t)])
  const site = {
    // What is held at the origin is held for as long as a crowd takes to gather.
    pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }], tries: 1, firstByteTimeoutMs: 100_000, totalTimeoutMs: 100_000 } },
    fallbacks: { resting: { status: 200, body: 'resting' } },
    routes: {
      pages: { pool: 'shop', cache: { coalesceTimeoutMs: 60_000, ...cache } },
      soft: { path: '/soft', pool: 'shop', cache, degrade: { fallback: 'resting' } },
    },
  }
  const bootstrap = { overload: { loopDelayMs: 60_000, maxInFlight: 100_000 } }
  const start = (edgeId: string) => startEdge(t, { site, edgeId, redis: { url: redis.url, lookupTimeoutMs }, bootstrap })
  const edges = await Promise.all(Array.from({ length: count }, (_, at) => start(`edge-${at + 1}`)))
  const ready = async () => (await total(edges, 'weir_redis_state')) === count
  await until(ready, { what: 'all edges to have Redis' })
  return { origin, redis, edges, ports: edges.map(({ port }) => port) }
}

/** The sum of a metric over edges. */
export async function total(edges: readonly TestEdge[], metric: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const counts = await Promise.all(edges.map((edge) => edge.metric(metric, labels)))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** How many come at once: edges that take thousands of connections in one turn of a busy machine would not renew their leases meanwhile. */
const BATCH = 500

/** Waits until what an edge was given last is in Redis too: nobody who asked waits for that. */
export async function inRedis(edge: TestEdge, count = 1): Promise<void> {
  const stored = async () => (await edge.metric('weir_l2_stores_total', { outcome: 'stored' })) >= count
  await until(stored, { what: `${count} page(s) in Redis` })
}

/** Sends a crowd whose first visitor is at the origin before the others come, and waits until all are at the edges. */
export async function gathered({ origin, edges, ports }: Cluster, path: string, count: number) {
  const hold = origin.hold(path)
  const crowds = [sendCrowd(ports.slice(0, 1), path, 1)]
  await until(() => hold.waiting === 1, { what: 'the first to be at the origin' })
  for (let sent = 1; sent < count; ) {
    const batch = Math.min(BATCH, count - sent)
    crowds.push(sendCrowd(ports, path, batch))
    sent += batch
    const allIn = async () => (await total(edges, 'weir_requests_in_flight')) === sent
    await until(allIn, { what: `${sent} requests to be at the edges`, deadlineMs: 30_000 })
  }
  return { hold, answers: bodiesOf(...crowds) }
}

/** How many were answered so, by status and body. */
export async function bodiesOf(...crowds: Crowd[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { answers } of crowds)
    for (const { status, body } of await answers) counts[`${status} ${body}`] = (counts[`${status} ${body}`] ?? 0) + 1
  return counts
}
