import { isInMaintenance, isUsable } from './ejection.ts'
import type { Peer } from './peer.ts'

/** How a peer of a pool is chosen. */
export interface Balancer {
  /**
   * The peer to try next, or null when all have been tried. Peers that are ejected or fail their checks are the last resort: they are
   * chosen when no other untried one is left, so that a pool whose peers are all out is still tried (better a doubtful peer than a sure
   * 503). Those that an operator took out of service are not chosen at all.
   * @param key what to hash, for those who hash
   * @param tried peers that this request has failed at
   * @param nowMs monotonic ms
   */
  pick(key: string, tried: readonly Peer[], nowMs: number): Peer | null
}

/** Whom one pick may choose: untried peers that are usable, any untried ones in service, or nobody. */
export type Field = 'usable' | 'untried' | 'nobody'

/** The field of a pick; stops at the first usable peer, which is nearly always the first of all. */
export function fieldOf(peers: readonly Peer[], tried: readonly Peer[], nowMs: number): Field {
  let field: Field = 'nobody'
  for (const peer of peers) {
    if (wasTried(peer, tried)) continue
    if (isUsable(peer, nowMs)) return 'usable'
    if (!isInMaintenance(peer, nowMs)) field = 'untried'
  }
  return field
}

/** Whether a peer is in the field. */
export function isIn(field: Field, peer: Peer, tried: readonly Peer[], nowMs: number): boolean {
  if (field === 'nobody' || wasTried(peer, tried)) return false
  return field === 'untried' ? !isInMaintenance(peer, nowMs) : isUsable(peer, nowMs)
}

// Nearly every pick is a first try, and asking an empty list through `includes` once per peer shows in large pools.
function wasTried(peer: Peer, tried: readonly Peer[]): boolean {
  return tried.length > 0 && tried.includes(peer)
}
