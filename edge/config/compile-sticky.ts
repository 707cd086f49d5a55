// Sticky cookies of pools from their configuration.

import type { Peer } from '../balance/peer.ts'
import { Sticky } from '../balance/sticky.ts'
import type { Random } from '../base/ports.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import type { PoolConfig } from '../contract/pool.ts'
import type { Site } from '../contract/site.ts'
import type { Registries } from './registries.ts'
import type { StickyPlan } from './snapshot.ts'

/** Bytes of a key that is made where none was given. */
const KEY_BYTES = 32

/** The sticky cookies of a pool; null when it gives none. */
export function stickyPlan(id: string, config: PoolConfig, peers: readonly Peer[], { cookieKeys, random }: Registries): StickyPlan | null {
  if (config.sticky === undefined) return null
  const keys = cookieKeys.length > 0 ? cookieKeys : [random.hex(KEY_BYTES)]
  return { cookies: new Sticky(id, peers, config.sticky.ttlMs, keys), config: config.sticky }
}

/** A bootstrap with a key for sticky cookies, made where it has none: all workers must believe the same. */
export function withCookieKeys(bootstrap: EdgeBootstrap, random: Random): EdgeBootstrap {
  return bootstrap.cookieKeys.length > 0 ? bootstrap : { ...bootstrap, cookieKeys: [random.hex(KEY_BYTES)] }
}

/** The names of all sticky cookies of a site: the edge's own, which say nothing to origins and must not keep an answer from being kept. */
export function stickyNames({ pools }: Pick<Site, 'pools'>): readonly string[] {
  return Object.values(pools).flatMap(({ sticky }) => (sticky === undefined ? [] : [sticky.cookie]))
}
