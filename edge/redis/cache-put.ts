import type { RedisPort } from './redis-port.ts'
import type { Reply } from './reply.ts'
import type { Script } from './script.ts'

/** The arguments of `lua/cache-put.lua`. */
export interface CachePut {
  /** The hash of the URL. */
  readonly key: string
  /** The fields that the answers vary by, as text. */
  readonly vary: string
  /** Of the variant; all records have one length. */
  readonly record: string
  /** When its fill asked the origin, as 14 digits. */
  readonly began: string
  readonly envelope: Buffer
  /** Variants kept at most, 1..1000. */
  readonly maxVariants: number
  /** How long, from now; 1 or more. */
  readonly keepMs: number
}

/** What a script says of the variants of a URL. */
export interface Changed {
  /** Variants kept now, 0 when the put was refused; of a removal, variants removed. */
  readonly count: number
  /** The chunks of each variant dropped, as they stood in its record. */
  readonly dropped: readonly string[]
}

/** Keeps one variant of a cached answer, unless a newer one is kept or it was removed since. Never rejects. */
export async function cachePut(redis: RedisPort, script: Script, put: CachePut): Promise<Reply<Changed>> {
  const { key, vary, record, began, envelope, maxVariants, keepMs } = put
  return changed(await redis.run(script, key, [vary, record, began, envelope, maxVariants, keepMs]))
}

/** A reply of the scripts that change the variants of a URL. What they cannot have said is read as no change. */
export function changed(reply: Reply<unknown>): Reply<Changed> {
  if (!reply.ok) return reply
  const [count, ...dropped] = Array.isArray(reply.value) ? reply.value : [reply.value]
  return { ok: true, value: { count: Number(count) || 0, dropped: dropped.map(String) } }
}
