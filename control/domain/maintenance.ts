// Peers taken out of service, and put back: pure, from one switchboard to the next.

import Type from 'typebox'
import { peersByPool } from '../../edge/contract/pool-peers.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import type { Endpoints } from '../../edge/contract/publication.ts'
import type { Site } from '../../edge/contract/site.ts'
import { MAX_STANDING_MS, type Maintenance, MaintenanceSchema, type Switchboard } from '../../edge/contract/switchboard.ts'
import { DurationMs, SECOND_MS } from '../../edge/contract/units.ts'
import type { FleetTrouble } from './fleet-troubles.ts'
import { type BoardChange, type By, inForce, MAX_STANDING } from './switches.ts'

/** What an operator says to take a peer out of service; its owner is who asks. */
export const DrainOrderSchema = Type.Object(
  {
    pool: MaintenanceSchema.properties.pool,
    address: MaintenanceSchema.properties.address,
    reason: MaintenanceSchema.properties.reason,
    forMs: DurationMs({ minimum: SECOND_MS, maximum: MAX_STANDING_MS, description: 'How long it is out; it comes back by itself.' }),
    lastPeer: Type.Union([Type.Literal('refuse'), Type.Literal('allow')], {
      default: 'refuse',
      description: 'Whether the last usable peer of a pool may be taken out too: its requests then fail, or fall back.',
    }),
  },
  { additionalProperties: false },
)
/** What an operator says to take a peer out of service. */
export type DrainOrder = Type.Static<typeof DrainOrderSchema>

/** What is known of the pools. */
export interface PoolWorld {
  readonly site: Site | null
  readonly endpoints: Endpoints
  /** What edges see that is not in order. */
  readonly troubles: readonly FleetTrouble[]
}

/** Kinds of trouble that keep a peer from being asked. */
const OUT: ReadonlySet<string> = new Set(['unhealthy', 'ejected', 'maintenance'])
/** The most names that a sentence lists. */
const MAX_NAMES = 8

/** Takes a peer out of service, or changes its term. Refused when no pool has it, and when a pool would have nobody left. */
export function drainPeer(board: Switchboard, world: PoolWorld, order: DrainOrder, by: By): BoardChange {
  const { pool, address, reason, forMs, lastPeer } = order
  const standing = inForce(board, by.nowMs)
  const entries = (standing.maintenance ?? []).filter((each) => each.pool !== pool || each.address !== address)
  const problem = absentProblem(world, order) ?? (lastPeer === 'allow' ? null : lastPeerProblem(world, order, standing.maintenance ?? []))
  if (problem !== null) return { kind: 'refused', problems: [problem] }
  if (entries.length >= MAX_STANDING)
    return { kind: 'refused', problems: [{ pointer: '', message: `${MAX_STANDING} are out already; put one back first` }] }
  const entry: Maintenance = {
    ...(pool === undefined ? {} : { pool }),
    address,
    reason,
    owner: by.owner,
    setAtMs: by.nowMs,
    expiresAtMs: by.nowMs + forMs,
  }
  return { kind: 'changed', board: { ...standing, maintenance: [...entries, entry], seq: board.seq + 1 } }
}

/** Puts a peer back into service; `absent` when it was not taken out by those very words (of that pool, or of all). */
export function restorePeer(board: Switchboard, { pool, address }: Pick<Maintenance, 'pool' | 'address'>, nowMs: number): BoardChange {
  const { maintenance = [], ...rest } = inForce(board, nowMs)
  const left = maintenance.filter((each) => each.pool !== pool || each.address !== address)
  if (left.length === maintenance.length) return { kind: 'absent' }
  return { kind: 'changed', board: { ...rest, ...(left.length === 0 ? {} : { maintenance: left }), seq: board.seq + 1 } }
}

/** How a peer in maintenance is named in sentences and in the audit. */
export function drainedName({ pool, address }: Pick<Maintenance, 'pool' | 'address'>): string {
  return `${pool ?? 'all'} ${address}`
}

function absentProblem({ site, endpoints }: PoolWorld, { pool, address }: DrainOrder): Problem | null {
  if (site === null || (pool !== undefined && !Object.hasOwn(site.pools, pool)))
    return { pointer: '/pool', message: `the site has no pool "${pool}"` }
  for (const [id, { peers }] of peersByPool(site.pools, endpoints)) {
    if (pool !== undefined && id !== pool) continue
    if (peers.some((peer) => peer.address === address)) return null
    if (pool === undefined) continue
    const names = peers.slice(0, MAX_NAMES).map((peer) => peer.address)
    const more = peers.length > MAX_NAMES ? ' and more' : ''
    return { pointer: '/address', message: `the pool "${pool}" has no peer "${address}"; it has ${names.join(', ') || 'none'}${more}` }
  }
  return { pointer: '/address', message: `no pool has a peer "${address}"` }
}

function lastPeerProblem(world: PoolWorld, order: DrainOrder, maintenance: readonly Maintenance[]): Problem | null {
  const out = new Set(world.troubles.flatMap(({ kind, pool, peer }) => (OUT.has(kind) && peer !== undefined ? [`${pool} ${peer}`] : [])))
  const isOut = (pool: string, address: string) =>
    out.has(`${pool} ${address}`) || maintenance.some((each) => each.address === address && (each.pool ?? pool) === pool)
  for (const [id, { peers }] of peersByPool(world.site?.pools ?? {}, world.endpoints)) {
    if (order.pool !== undefined && id !== order.pool) continue
    if (!peers.some((peer) => peer.address === order.address)) continue
    if (peers.some(({ address }) => address !== order.address && !isOut(id, address))) continue
    const others = peers.length === 1 ? 'it has no other peer' : 'all its other peers are out already'
    return {
      pointer: '/address',
      message: `"${order.address}" is the last usable peer of the pool "${id}": ${others}; say that it may go too`,
    }
  }
  return null
}
