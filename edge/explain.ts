// What an edge would decide about a request, without IO: the pure face that check, explain and the admin port use. It runs the very
// stages that serve requests, over a snapshot compiled for the occasion, so it cannot tell another story than they do.

import { Abort } from './base/abort.ts'
import { asEdgeError } from './base/edge-error.ts'
import type { Counter, Gauge, Histogram, Random } from './base/ports.ts'
import { allocateCells, SharedCells } from './base/shared-cells.ts'
import { urlOfKey } from './cache/cache-key.ts'
import { compile, type Told } from './config/compile.ts'
import { createRegistries } from './config/registries.ts'
import type { PoolPlan, Snapshot } from './config/snapshot.ts'
import { HASHING } from './contract/balance.ts'
import { Fields } from './http/fields.ts'
import { askedOf } from './pipeline/asked.ts'
import { keyOfTarget } from './pipeline/cache-target.ts'
import { ConnectionMemory } from './pipeline/connection-memory.ts'
import { degrade } from './pipeline/degrade.ts'
import { type Asked, type Exchange, type Request, targetOf } from './pipeline/exchange.ts'
import { poolIdOf } from './pipeline/forward.ts'
import { hashKeyValue } from './pipeline/hash-key.ts'
import { identify } from './pipeline/identify.ts'
import { limitKey, limitsOf } from './pipeline/limit.ts'
import { LineMetrics } from './pipeline/line-metrics.ts'
import { match } from './pipeline/match.ts'
import { normalise } from './pipeline/normalise.ts'
import { refuse } from './pipeline/refuse.ts'
import { sharesOf, split } from './pipeline/split.ts'
import { type ToldKey, toldKey } from './pipeline/told-key.ts'
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
  readonly group: DecidedGroup | null
  readonly mode: { readonly mode: string; readonly by: string | null; readonly reason: string | null }
  readonly limits: readonly { readonly id: string; readonly key: string }[]
  readonly cache: ToldKey | null
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

/** The group of a route that would serve a request. */
export interface DecidedGroup {
  readonly id: string
  /** A rule of the group, who is a crawler, the cohort of the client, or chance: then another request may be of another group. */
  readonly by: Exchange['why']['groupBy']
  /** Its share in force. */
  readonly percent: number
  /** Who set the share and why; null when it is that of the site. */
  readonly set: { readonly owner: string; readonly reason: string } | null
}

/** What would be decided about a request. @throws never */
export function explain(told: Told, request: ExplainRequest, nowMs: number): Decision {
  const snapshot = compile(told, createRegistries(new SharedCells(allocateCells(1_024, NO_CHANCE)), NO_CHANCE))
  const x = exchangeOf(request, snapshot, nowMs)
  const seen: Seen = {}
  let fault: Decision['fault'] = null
  try {
    seen.request = normalise(x)
    seen.client = identify(seen.request, x)
    const matched = match(seen.request, seen.client, x)
    seen.route = split(matched, seen.request, seen.client, x)
    refuse(degrade(askedOf(seen.request, seen.client, seen.route), x), seen.route, x)
  } catch (thrown) {
    const { code, row } = asEdgeError(thrown)
    fault = { code, status: row.status, sentence: row.sentence }
  }
  return decisionOf(seen, x, fault)
}

/** Reads URLs as the edges of a site would. */
export interface UrlReader {
  /** What a GET of the URL is kept under, without what headers add to it; null when no edge would take it. */
  url(text: string): string | null
  /** What everything under a beginning of URLs is kept under; null when no URL that an edge takes begins so. */
  prefix(text: string): string | null
}

/** Reads URLs by the rules of a site; it is compiled once. */
export function urlReader(told: Told): UrlReader {
  const snapshot = compile(told, createRegistries(new SharedCells(allocateCells(1_024, NO_CHANCE)), NO_CHANCE))
  const read = (url: string) => exchangeOf({ method: 'GET', url, headers: {}, address: '127.0.0.1' }, snapshot, 0)
  return {
    url(text) {
      const x = read(text)
      return whenTaken(() => {
        const request = normalise(x)
        return whenTaken(() => urlOfKey(keyOf(request, x))) ?? spelled(request)
      })
    },
    prefix: (text) => whenTaken(() => spelled(normalise(read(text)))),
  }
}

function keyOf(request: Request, x: Exchange): string {
  const client = identify(request, x)
  return keyOfTarget(askedOf(request, client, match(request, client, x)))
}

const spelled = ({ scheme, authority, path, query }: Request) => `${scheme}://${authority}${targetOf(path, query)}`

function whenTaken(read: () => string | null): string | null {
  try {
    return read()
  } catch (thrown) {
    if (asEdgeError(thrown).row.source === 'client') return null
    throw thrown
  }
}

/** As much of a request as could be read before a fault. */
type Seen = { -readonly [Part in Exclude<keyof Asked, 'shared'>]?: Asked[Part] }

function decisionOf({ request, client, route }: Seen, x: Exchange, fault: Decision['fault']): Decision {
  const head = {
    revision: x.snapshot.revision,
    host: request?.host ?? '',
    path: request?.path ?? x.incoming.target,
    query: request?.query ?? null,
    client: { address: client?.address ?? x.incoming.peerAddress, class: client?.class ?? '' },
    route: route?.id ?? null,
    group: decidedGroup(x),
    mode: { mode: x.why.mode, by: x.why.switchId || null, reason: reasonOf(x) },
    fault,
  }
  if (request === undefined || client === undefined || route === undefined) return { ...head, limits: [], cache: null, pool: null }
  const asked = askedOf(request, client, route)
  const limits = limitsOf(asked, x).map((plan) => ({ id: plan.id, key: printable(limitKey(plan, asked)) }))
  const cache = toldKey(asked, x)
  const pool = x.snapshot.pools.get(poolIdOf(asked) ?? '')
  return { ...head, limits, cache, pool: pool === undefined ? null : poolChoice(pool, asked, x) }
}

function decidedGroup(x: Exchange): DecidedGroup | null {
  const { snapshot, why, startedAtMs } = x
  const route = snapshot.plans.get(why.route)
  if (route === undefined || route.split === null || why.group === '') return null
  const index = route.split.groups.findIndex(({ id }) => id === why.group)
  const set = snapshot.shares.get(route.id)
  const stands = set !== undefined && startedAtMs < set.untilMs
  const by = stands ? { owner: set.owner, reason: set.reason } : null
  return { id: why.group, by: why.groupBy, percent: sharesOf(route, route.split, x)[index] ?? 0, set: by }
}

function poolChoice(pool: PoolPlan, asked: Asked, x: Exchange): Decision['pool'] {
  const key = hashKeyValue(pool.hashKey, asked)
  // Only a hash says beforehand whom it will pick.
  const peer = key !== '' && HASHING.has(pool.config.balance) ? (pool.balancer.pick(key, [], x.startedMonotonicMs)?.address ?? null) : null
  return { id: pool.id, balance: pool.config.balance, key: printable(key), peer, peers: pool.peers.length }
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
  const target = rest.startsWith('/') ? rest : `/${rest}`
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
      certificate: null,
      memory: new ConnectionMemory(),
      upgrade: null,
    },
    snapshot,
    why: newWhy(snapshot.revision),
    wanted: new Abort(),
    // The reading stages use nothing of these but metrics and chance; a stage that would do IO is not called here.
    tools: { metrics: new LineMetrics(NO_METRICS), random: NO_CHANCE } as unknown as Exchange['tools'],
    reply: { interim: () => {}, send: () => ({ outcome: 'whole', bytes: 0 }) },
  }
}
