import { type Changed, changed } from './cache-put.ts'
import type { RedisPort } from './redis-port.ts'
import type { Reply } from './reply.ts'
import type { Script } from './script.ts'

/** The arguments of `lua/cache-remove.lua`. */
export interface CacheRemove {
  /** The hash of the URL. */
  readonly key: string
  /** Number of the purge, as 16 digits; zeros remove everything. */
  readonly seq: string
  /** Fills that asked their origin before are refused from now on; 14 digits, zeros for none. */
  readonly began: string
  /** How long the fence stands, from now; 1 or more. */
  readonly fenceMs: number
}

/** Removes what is kept of a URL and keeps late writers from bringing it back. Never rejects. */
export async function cacheRemove(redis: RedisPort, script: Script, { key, seq, began, fenceMs }: CacheRemove): Promise<Reply<Changed>> {
  return changed(await redis.run(script, key, [seq, began, fenceMs]))
}
