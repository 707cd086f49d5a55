// The peers of the pools with what is known of them, for who looks at one pool or at all.

import { peersByPool } from '../../edge/contract/pool-peers.ts'
import type { Maintenance, Switchboard } from '../../edge/contract/switchboard.ts'
import type { FleetTrouble } from './fleet-troubles.ts'
import type { PoolWorld } from './maintenance.ts'

/** A peer with what is known of it. */
export interface PeerState {
  readonly pool: string
  readonly address: string
  readonly weight: number
  /** What an operator said; null when it is in service. */
  readonly maintenance: Maintenance | null
  /** What edges see. */
  readonly troubles: readonly FleetTrouble[]
}

/** The peers of a pool, or of all; those that are not in order first. @param board without what has expired */
export function peerStates({ site, endpoints, troubles }: PoolWorld, board: Switchboard, pool: string | undefined): PeerState[] {
  const seen = Map.groupBy(troubles, (trouble) => `${trouble.pool} ${trouble.peer ?? ''}`)
  const states: PeerState[] = []
  for (const [id, { peers }] of peersByPool(site?.pools ?? {}, endpoints)) {
    if (pool !== undefined && pool !== id) continue
    for (const { address, weight } of peers) {
      const maintenance = board.maintenance?.find((each) => each.address === address && (each.pool ?? id) === id) ?? null
      states.push({ pool: id, address, weight, maintenance, troubles: seen.get(`${id} ${address}`) ?? [] })
    }
  }
  return states.sort((a, b) => rank(b) - rank(a))
}

function rank({ maintenance, troubles }: PeerState): number {
  return (maintenance === null ? 0 : 1) + troubles.length
}
