import type { Reply } from './reply.ts'
import type { Script } from './script.ts'

/** Redis as the edge uses it: binary-safe, bounded in time and in number. No call throws or rejects. */
export interface RedisPort {
  /** Fields of a hash, null where there is none. Gives up after the time for lookups. */
  hashGet(key: string, fields: readonly string[]): Promise<Reply<readonly (Uint8Array | null)[]>>
  /** Runs a script on one key, by its digest if Redis has it already. Gives up after the time for writes. */
  run(script: Script, key: string, values: readonly (string | number | Buffer)[]): Promise<Reply<unknown>>
  /** Takes a key away. Gives up after the time for writes. */
  remove(key: string): Promise<Reply<unknown>>
  /** Whether Redis answers within the time for lookups. */
  ping(): Promise<Reply<unknown>>
  /** `ready` when commands can be sent now. */
  state(): 'ready' | 'away'
  /** Ends the connection; what is unanswered gets `away`. */
  close(): void
}
