import { BoundedMap } from '../base/bounded-map.ts'
import type { PeerConfig } from '../contract/peer.ts'
import type { PoolConfig } from '../contract/pool.ts'
import type { PoolPlan } from './snapshot.ts'

interface KeptPlan {
  readonly config: PoolConfig
  readonly peers: readonly PeerConfig[]
  readonly plan: PoolPlan
}

/** The plans of pools with what they were compiled from: when one service of a thousand changed, one pool is compiled. */
export class KeptPlans {
  readonly #plans: BoundedMap<string, KeptPlan>

  /** @param max pools remembered; beyond it the oldest is compiled again */
  constructor(max: number) {
    this.#plans = new BoundedMap({ max, whenFull: 'evict-oldest' })
  }

  /** The plan of a pool: the one there is when neither its configuration (as an object) nor any of its peers (as values) changed. */
  obtain(id: string, config: PoolConfig, peers: readonly PeerConfig[], compile: () => PoolPlan): PoolPlan {
    const known = this.#plans.get(id)
    if (known !== undefined && known.config === config && sameData(known.peers, peers)) return known.plan
    const plan = compile()
    this.#plans.set(id, { config, peers, plan })
    return plan
  }

  /** Forgets the pools but these. */
  retain(inUse: ReadonlySet<string>): void {
    for (const [id] of this.#plans.entries()) if (!inUse.has(id)) this.#plans.delete(id)
  }
}

/** Whether two values of plain data are alike. Looked at for each peer of a site whenever one endpoint moved, so nothing is made for it. */
function sameData(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one)) return Array.isArray(other) && sameList(one, other)
  let members = 0
  for (const name in one) {
    members++
    if (!Object.hasOwn(other, name) || !sameData(one[name as keyof object], other[name as keyof object])) return false
  }
  for (const _ in other) members--
  return members === 0
}

function sameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at++) if (!sameData(one[at], other[at])) return false
  return true
}
