// The seam between when peers are checked and how: the checker decides who is due, a prober asks.

import type { HealthCheckConfig } from '../contract/health.ts'
import type { PoolTls } from '../contract/pool.ts'

/** One peer to be checked, and how. */
export interface CheckTarget {
  readonly pool: string
  /** host:port or unix:/path. */
  readonly address: string
  readonly scheme: 'http' | 'https'
  readonly tls: PoolTls
  readonly check: HealthCheckConfig
}

/**
 * What one check came to: it passed, the peer answered with another status or another body, it could not be connected to, it took too
 * long, or what it said is no HTTP or broke off.
 */
export type CheckOutcome = 'passed' | 'status' | 'body' | 'connect' | 'timeout' | 'broken'

/** What one check came to, with a few words for who looks for the cause. */
export interface CheckResult {
  readonly outcome: CheckOutcome
  /** At most MAX_CAUSE characters; empty where it passed. */
  readonly cause: string
}

/** The longest cause that is kept. */
export const MAX_CAUSE = 200

/** Asks peers. */
export interface Prober {
  /** Checks one peer once; never rejects, and is over within the timeout of the check. */
  probe(target: CheckTarget): Promise<CheckResult>
}
