// Whom the active checks of an edge ask, from what it has been told.

import { peersByPool } from '../contract/pool-peers.ts'
import type { CheckTarget } from '../health/prober.ts'
import type { Told } from './compile.ts'

/** All peers of pools with a health check. */
export function checkTargets({ site, endpoints }: Pick<Told, 'site' | 'endpoints'>): CheckTarget[] {
  const targets: CheckTarget[] = []
  for (const [pool, { config, peers }] of peersByPool(site.pools, endpoints)) {
    const { healthCheck: check, scheme, tls } = config
    if (check === undefined) continue
    for (const { address } of peers) targets.push({ pool, address, scheme, tls, check })
  }
  return targets
}
