import type { RedisPort } from './redis-port.ts'
import type { Reply } from './reply.ts'
import type { Script } from './script.ts'

/** The arguments of `lua/cache-put.lua`. */
export interface CachePut {
  /** The hash of the URL. */
  readonly key: string
  /** The fields that the answers vary by, as text. */
  readonly vary: string
  /** Of the variant; all ids of a key have one length. */
  readonly id: string
  readonly envelope: Buffer
  /** Variants kept at most, 1..1000. */
  readonly maxVariants: number
  /** How long, from now; 1 or more. */
  readonly keepMs: number
}

/** Keeps one variant of a cached answer. Never rejects. @returns how many variants there are now */
export async function cachePut(redis: RedisPort, script: Script, put: CachePut): Promise<Reply<number>> {
  const reply = await redis.run(script, put.key, [put.vary, put.id, put.envelope, put.maxVariants, put.keepMs])
  return reply.ok ? { ok: true, value: Number(reply.value) } : reply
}
