import { OutcomeWindow } from '../balance/outcome-window.ts'
import { Outliers } from '../balance/outliers.ts'
import type { Peer } from '../balance/peer.ts'
import type { EjectionConfig } from '../contract/pool.ts'

/** What watches for peers that stand out; null where no rule asks for it. What their windows hold stays while its length does. */
export function outliersOf(rule: EjectionConfig, peers: readonly Peer[]): Outliers | null {
  const wanted = rule.failureRatio !== undefined || rule.slowFactor !== undefined
  for (const peer of peers) {
    if (!wanted) peer.window = null
    else if (peer.window?.windowMs !== rule.windowMs) peer.window = new OutcomeWindow(rule.windowMs)
  }
  return wanted ? new Outliers(peers, rule) : null
}
