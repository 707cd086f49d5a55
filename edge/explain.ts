// What an edge would decide about a request, without IO: the pure face that check, explain and the admin port use. It runs the very
// stages that serve requests, over a snapshot compiled for the occasion, so it cannot tell another story than they do.

import { Abort } from './base/abort.ts'
import { asEdgeError } from './base/edge-error.ts'
import type { Counter, Gauge, Histogram, Random } from './base/ports.ts'
import { allocateCells, SharedCells } from './base/shared-cells.ts'
import type { Client } from './client/client-class.ts'
import { compile, type Told } from './config/compile.ts'
import { createRegistries } from './config/registries.ts'
import type { PoolPlan, RoutePlan, Snapshot } from './config/snapshot.ts'
import { Fields } from './http/fields.ts'
import { degrade } from './pipeline/degrade.ts'
import type { Exchange, Request } from './pipeline/exchange.ts'
import { identify } from './pipeline/identify.ts'
import { keyValue } from './pipeline/key-value.ts'
import { limitKey } from './pipeline/limit.ts'
import { LineMetrics } from './pipeline/line-metrics.ts'
import { keyOfTarget } from './pipeline/lookup.ts'
import { match } from './pipeline/match.ts'
import { normalise } from './pipeline/normalise.ts'
import { newWhy } from './pipeline/why.ts'

/** A request to explain. */
export interface ExplainRequest {
  readonly method: string
  /** Absolute, such as `http://shop.example/product/7?x=1`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Who is at the other end of the connection. */
  readonly address: string
}

/** What would be decided, and by what. */
export interface Decision {
  readonly revision: number
  readonly host: string
  readonly path: string
  readonly query: string | null
  readonly client: { readonly address: string; readonly class: string }
  readonly route: string | null
  readonly mode: { readonly mode: string; readonly by: string | null; readonly reason: string | null }
  readonly limits: readonly { readonly id: string; readonly key: string }[]
  readonly cache: { readonly store: string; readonly key: string } | null
  readonly pool: {
    readonly id: string
    readonly balance: string
    readonly key: string
    readonly peer: string | null
    readonly peers: number
  } | null
  /** The fault that would answer it; null when the pool or the cache would. */
  readonly fault: { readonly code: string; readonly status: number; readonly sentence: string } | null
}

/** What would be decided about a request. @throws never */
export function explain(told: Told, request: ExplainRequest, nowMs: number): Decision {
  const snapshot = compile(told, createRegistries(new SharedCells(allocateCells(1_024, NO_CHANCE)), NO_CHANCE))
  const x = exchangeOf(request, snapshot, nowMs)
  const seen: { asked?: Request; client?: Client; route?: RoutePlan } = {}
  let fault: Decision['fault'] = null
  try {
    seen.asked = normalise(x)
    seen.client = identify(seen.asked, x)
    seen.route = match(seen.asked, x)
    degrade(seen.client, seen.route, x)
  } catch (thrown) {
    const { code, row } = asEdgeError(thrown)
    fault = { code, status: row.status, sentence: row.sentence }
  }
  return decisionOf(seen, x, fault)
}

function decisionOf(seen: { asked?: Request; client?: Client; route?: RoutePlan }, x: Exchange, fault: Decision['fault']): Decision {
  const { asked, client, route } = seen
  const head = {
    revision: x.snapshot.revision,
    host: asked?.host ?? '',
    path: asked?.path ?? x.incoming.target,
    query: asked?.query ?? null,
    client: { address: client?.address ?? x.incoming.peerAddress, class: client?.class ?? '' },
    route: route?.id ?? null,
    mode: { mode: x.why.mode, by: x.why.switchId || null, reason: reasonOf(x) },
    fault,
  }
  if (asked === undefined || client === undefined || route === undefined) return { ...head, limits: [], cache: null, pool: null }
  const limits = route.limits.map((id) => ({ id, key: printable(limitKey(x.snapshot.limits.get(id)!, asked, client, route)) }))
  const cache = { store: route.config.cache.store, key: printable(keyOfTarget(asked, route)) }
  const poolId = client.class === 'crawler' && route.crawlerPool !== null ? route.crawlerPool : route.pool
  const pool = poolId === null ? undefined : x.snapshot.pools.get(poolId)
  return { ...head, limits, cache, pool: pool === undefined ? null : poolChoice(pool, asked, client, route, x) }
}

function poolChoice(pool: PoolPlan, asked: Request, client: Client, route: RoutePlan, x: Exchange): Decision['pool'] {
  const key = keyValue(pool.hashKey, asked, client, route.id) ?? client.address
  // Only a consistent hash says beforehand whom it will pick.
  const peer = pool.config.balance === 'consistent-hash' ? (pool.balancer.pick(key, [], x.startedAtMs)?.address ?? null) : null
  return { id: pool.id, balance: pool.config.balance, key, peer, peers: pool.peers.length }
}

function reasonOf(x: Exchange): string | null {
  return x.snapshot.switches.activeSwitches(x.startedAtMs).find((one) => one.id === x.why.switchId)?.reason ?? null
}

// Keys part their members by NUL, which no terminal shows.
const printable = (key: string) => key.replaceAll('\0', ' ')

const NO_CHANCE: Random = { next: () => 0, hex: (count) => '0'.repeat(count * 2) }
const NO_SERIES: Counter & Gauge & Histogram = { add() {}, set() {}, observe() {} }
const NO_METRICS = { counter: () => NO_SERIES, gauge: () => NO_SERIES, histogram: () => NO_SERIES }

function exchangeOf(request: ExplainRequest, snapshot: Snapshot, nowMs: number): Exchange {
  const found = /^https?:\/\/([^/?#]+)(.*)$/.exec(request.url)
  const fields = Fields.of(request.headers)
  if (found !== null && !fields.has('host')) fields.append('Host', found[1]!)
  const rest = found?.[2] ?? request.url
  const target = rest.startsWith('/') || request.method === 'OPTIONS' ? rest : `/${rest}`
  return {
    id: 'explain',
    startedAtMs: nowMs,
    startedMonotonicMs: 0,
    incoming: {
      method: request.method,
      target,
      httpVersion: '1.1',
      scheme: request.url.startsWith('https:') ? 'https' : 'http',
      fields,
      body: null,
      peerAddress: request.address,
    },
    snapshot,
    why: newWhy(snapshot.revision),
    wanted: new Abort(),
    // The reading stages use nothing of these but metrics; a stage that would do IO is not called here.
    tools: { metrics: new LineMetrics(NO_METRICS) } as unknown as Exchange['tools'],
    reply: { send: () => ({ outcome: 'whole', bytes: 0 }) },
  }
}
