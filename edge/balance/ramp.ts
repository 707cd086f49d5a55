import type { Peer } from './peer.ts'

// A peer that is new, or back, has cold caches and compiled nothing yet: its share grows from a tenth to the whole within a window.

/** Where a peer stands on its way to its whole share. Dates are monotonic ms. */
export type Ramp =
  | { readonly state: 'full' }
  /** It begins with the first request that would be the peer's. */
  | { readonly state: 'due' }
  | { readonly state: 'begun'; readonly atMs: number }

const FIRST_SHARE = 0.1
const FULL: Ramp = { state: 'full' }
const DUE: Ramp = { state: 'due' }

/** How a peer stands that nothing is known against. */
export function fullRamp(): Ramp {
  return FULL
}

/** Notes that a peer is new to its pool, or may be asked again. What ends by the clock (ejection, maintenance) need not be told. */
export function easeIn(peer: Peer): void {
  peer.ramp = DUE
}

/** Whether a peer has its whole share for sure: it is not on its ramp, and nothing that ended may have begun one. */
export function isSettled({ ramp, ejection, maintenanceUntilMs }: Peer): boolean {
  return ramp.state === 'full' && ejection.state === 'in' && maintenanceUntilMs === 0
}

/** The part of its share that a peer gets now, 0.1..1; a ramp that is due begins. @param windowMs until it gets all of it */
export function shareNow(peer: Peer, windowMs: number, nowMs: number): number {
  const fromMs = backAtMs(peer, nowMs)
  if (nowMs - fromMs < windowMs) return FIRST_SHARE + (1 - FIRST_SHARE) * Math.max(0, (nowMs - fromMs) / windowMs)
  peer.ramp = FULL
  return 1
}

function backAtMs(peer: Peer, nowMs: number): number {
  if (peer.ramp.state === 'due') peer.ramp = { state: 'begun', atMs: nowMs }
  const begunMs = peer.ramp.state === 'begun' ? peer.ramp.atMs : Number.NEGATIVE_INFINITY
  const ejectedMs = peer.ejection.state === 'ejected' ? peer.ejection.untilMs : Number.NEGATIVE_INFINITY
  return Math.max(begunMs, ejectedMs, peer.maintenanceUntilMs > 0 ? peer.maintenanceUntilMs : Number.NEGATIVE_INFINITY)
}
