// The balancer of a pool from its rules.

import type { Balancer } from '../balance/balancer.ts'
import { HashBalancer } from '../balance/hash-balancer.ts'
import { HotSpread } from '../balance/hot-spread.ts'
import { Ketama } from '../balance/ketama.ts'
import type { KeyMapping } from '../balance/key-mapping.ts'
import { LeastRequest } from '../balance/least-request.ts'
import { Maglev } from '../balance/maglev.ts'
import { PeakEwma } from '../balance/peak-ewma.ts'
import type { Peer } from '../balance/peer.ts'
import { Rendezvous } from '../balance/rendezvous.ts'
import { RoundRobin } from '../balance/round-robin.ts'
import type { HotKeySpreadConfig } from '../contract/balance.ts'
import type { PoolConfig } from '../contract/pool.ts'
import type { Registries } from './registries.ts'

/** The rules that a balancer is built by, as one text: it serves on while they stay. */
export function balanceOf({ balance, maxLoadFactor, hotKeySpread }: PoolConfig): string {
  return `${balance} ${maxLoadFactor ?? '-'} ${hotKeySpread === undefined ? '-' : `${hotKeySpread.ratePerS}/${hotKeySpread.maxPeers}`}`
}

/** A balancer over some or all peers of a pool. @param id of the pool */
export function balancerOf(id: string, config: PoolConfig, peers: readonly Peer[], registries: Registries): Balancer {
  if (config.balance === 'round-robin') return new RoundRobin(peers)
  if (config.balance === 'least-request') return new LeastRequest(peers, () => registries.random.next())
  if (config.balance === 'peak-ewma') return new PeakEwma(peers, () => registries.random.next())
  const hotSpread = config.hotKeySpread === undefined ? null : hotSpreadOf(id, config.hotKeySpread, registries)
  return new HashBalancer(peers, mappingOf(config.balance, peers), { maxLoadFactor: config.maxLoadFactor ?? null, hotSpread })
}

function mappingOf(balance: 'consistent-hash' | 'ketama' | 'maglev', peers: readonly Peer[]): KeyMapping {
  if (balance === 'ketama') return new Ketama(peers)
  return balance === 'maglev' ? new Maglev(peers) : new Rendezvous(peers)
}

// What is hot stays hot when peers come and go.
function hotSpreadOf(id: string, rule: HotKeySpreadConfig, { hotSpreads }: Registries): HotSpread {
  const known = hotSpreads.get(id)
  if (known?.rule.ratePerS === rule.ratePerS && known.rule.maxPeers === rule.maxPeers) return known
  const made = new HotSpread(rule)
  hotSpreads.set(id, made)
  return made
}
