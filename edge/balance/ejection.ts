import type { PeerHealth } from '../contract/health.ts'
import type { EjectionConfig } from '../contract/pool.ts'
import type { EjectionReason, Peer } from './peer.ts'
import { easeIn } from './ramp.ts'

// Passive ejection: what requests meet anyway is the health check. A peer that fails often enough in a row, or stands out otherwise
// (outliers.ts), is left out for a while; when it comes back, one more failure without a success between ejects it again, for twice as long. Each stretch of
// good standing as long as its last ejection takes back one doubling. Never more than a share of the pool is out at once: if
// most of a pool fails, the cause is likely elsewhere, and what is left should not drown.

/** Whether a peer is left out for having failed. */
export function isEjected({ ejection }: Peer, nowMs: number): boolean {
  return ejection.state === 'ejected' && nowMs < ejection.untilMs
}

/** Whether an operator has taken a peer out of service: it gets no new requests, come what may. */
export function isInMaintenance(peer: Peer, nowMs: number): boolean {
  return nowMs < peer.maintenanceUntilMs
}

/** Whether nothing speaks against a peer: not its checks, not its failures, no operator. */
export function isFit(peer: Peer, nowMs: number): boolean {
  return peer.health === 'healthy' && !isEjected(peer, nowMs) && !isInMaintenance(peer, nowMs)
}

/** Whether a peer may be chosen: it is fit, or its pool is in panic and only an operator's word keeps peers out. */
export function isUsable(peer: Peer, nowMs: number): boolean {
  if (isFit(peer, nowMs)) return true
  return peer.panic !== null && !isInMaintenance(peer, nowMs) && peer.panic.holds(nowMs)
}

/** Notes that a peer answered. Says nothing of a running ejection: that ends by its time. */
export function recordSuccess(peer: Peer): void {
  peer.consecutiveFailures = 0
}

/** How long peers are ejected, and how many at once. */
export type EjectionTerms = Pick<EjectionConfig, 'baseEjectionMs' | 'maxEjectionMs' | 'maxEjectedRatio'>

/**
 * Notes that a peer failed, and ejects it when its rule says so.
 * @param peers the whole pool, with the peer; with those out for other reasons at most `rule.maxEjectedRatio` of it is out at once
 * @param nowMs monotonic ms
 * @returns `ejected` when this failure left it out, else `counted`
 */
export function recordFailure(
  peer: Peer,
  peers: readonly Peer[],
  rule: EjectionTerms & Pick<EjectionConfig, 'consecutiveFailures'>,
  nowMs: number,
): 'ejected' | 'counted' {
  peer.consecutiveFailures++
  if (peer.consecutiveFailures < rule.consecutiveFailures) return 'counted'
  const reason = { by: 'consecutive', cause: `${peer.consecutiveFailures} failures in a row` } as const
  return ejectFor(reason, peer, peers, rule, nowMs) ? 'ejected' : 'counted'
}

/** Ejects a peer, unless it is out already or too many others are. @returns whether it did */
export function ejectFor(reason: EjectionReason, peer: Peer, peers: readonly Peer[], terms: EjectionTerms, nowMs: number): boolean {
  // Requests that were on their way when it was taken out fail later; they do not lengthen its time.
  if (!isFit(peer, nowMs)) return false
  if (outCount(peers, nowMs) + 1 > Math.floor(terms.maxEjectedRatio * peers.length)) return false
  eject(peer, reason, terms, nowMs)
  return true
}

/** Whether a peer is left out now, by an ejection that began at that moment or later. @param sinceMs monotonic ms */
export function leftOutSince({ ejection }: Peer, sinceMs: number, nowMs: number): boolean {
  return ejection.state === 'ejected' && nowMs < ejection.untilMs && ejection.untilMs - ejection.lengthMs >= sinceMs
}

function outCount(peers: readonly Peer[], nowMs: number): number {
  let count = 0
  for (const peer of peers) if (!isFit(peer, nowMs)) count++
  return count
}

function eject(peer: Peer, reason: EjectionReason, rule: EjectionTerms, nowMs: number): void {
  const doublings = nextDoublings(peer, nowMs)
  const lengthMs = Math.min(rule.baseEjectionMs * 2 ** doublings, Math.max(rule.baseEjectionMs, rule.maxEjectionMs))
  // Beyond the longest ejection more doublings change nothing, but would have to be taken back one by one.
  const kept = lengthMs < rule.maxEjectionMs ? doublings : Math.ceil(Math.log2(lengthMs / rule.baseEjectionMs))
  peer.ejection = { state: 'ejected', untilMs: nowMs + lengthMs, lengthMs, doublings: kept, reason }
  // It is judged anew when it is back.
  peer.window?.clear()
  peer.panic?.look()
}

function nextDoublings(peer: Peer, nowMs: number): number {
  if (peer.ejection.state === 'in') return 0
  const { untilMs, lengthMs, doublings } = peer.ejection
  const takenBack = Math.floor((nowMs - untilMs) / lengthMs)
  return Math.max(0, doublings + 1 - takenBack)
}

/** Notes what active checks say of a peer. @param cause why it is unhealthy */
export function setHealth(peer: Peer, health: PeerHealth, cause = ''): void {
  peer.healthCause = cause
  if (peer.health === health) return
  peer.health = health
  if (health === 'healthy') easeIn(peer)
  peer.panic?.look()
}

/** Notes until when an operator has taken a peer out of service. @param untilMs monotonic; 0 puts it back */
export function setMaintenance(peer: Peer, untilMs: number, cause = ''): void {
  peer.maintenanceCause = cause
  if (peer.maintenanceUntilMs === untilMs) return
  peer.maintenanceUntilMs = untilMs
  if (untilMs === 0) easeIn(peer)
  peer.panic?.look()
}
