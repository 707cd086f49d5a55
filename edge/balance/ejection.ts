import type { EjectionConfig } from '../contract/pool.ts'
import type { Peer } from './peer.ts'

// Passive ejection: what requests meet anyway is the health check. A peer that fails often enough in a row is left out for a
// while; when it comes back, one more failure without a success between ejects it again, for twice as long. Each stretch of
// good standing as long as its last ejection takes back one doubling. Never more than a share of the pool is out at once: if
// most of a pool fails, the cause is likely elsewhere, and what is left should not drown.

/** Whether a peer may be chosen: it is not ejected, or its time is over. */
export function isUsable(peer: Peer, nowMs: number): boolean {
  return peer.ejection.state === 'in' || nowMs >= peer.ejection.untilMs
}

/** Notes that a peer answered. Says nothing of a running ejection: that ends by its time. */
export function recordSuccess(peer: Peer): void {
  peer.consecutiveFailures = 0
}

/**
 * Notes that a peer failed, and ejects it when its rule says so.
 * @param peers the whole pool, with the peer; at most `rule.maxEjectedRatio` of it is out at once
 * @param nowMs monotonic ms
 * @returns `ejected` when this failure left it out, else `counted`
 */
export function recordFailure(peer: Peer, peers: readonly Peer[], rule: EjectionConfig, nowMs: number): 'ejected' | 'counted' {
  peer.consecutiveFailures++
  if (peer.consecutiveFailures < rule.consecutiveFailures) return 'counted'
  // Requests that were on their way when it was ejected fail later; they do not lengthen its time.
  if (!isUsable(peer, nowMs)) return 'counted'
  if (ejectedCount(peers, nowMs) + 1 > Math.floor(rule.maxEjectedRatio * peers.length)) return 'counted'
  eject(peer, rule, nowMs)
  return 'ejected'
}

function ejectedCount(peers: readonly Peer[], nowMs: number): number {
  let count = 0
  for (const peer of peers) if (!isUsable(peer, nowMs)) count++
  return count
}

function eject(peer: Peer, rule: EjectionConfig, nowMs: number): void {
  const doublings = nextDoublings(peer, nowMs)
  const lengthMs = Math.min(rule.baseEjectionMs * 2 ** doublings, Math.max(rule.baseEjectionMs, rule.maxEjectionMs))
  // Beyond the longest ejection more doublings change nothing, but would have to be taken back one by one.
  const kept = lengthMs < rule.maxEjectionMs ? doublings : Math.ceil(Math.log2(lengthMs / rule.baseEjectionMs))
  peer.ejection = { state: 'ejected', untilMs: nowMs + lengthMs, lengthMs, doublings: kept }
}

function nextDoublings(peer: Peer, nowMs: number): number {
  if (peer.ejection.state === 'in') return 0
  const { untilMs, lengthMs, doublings } = peer.ejection
  const takenBack = Math.floor((nowMs - untilMs) / lengthMs)
  return Math.max(0, doublings + 1 - takenBack)
}
