import type { HashAsk } from './hash-ask.ts'
import type { Reply } from './reply.ts'
import type { Script } from './script.ts'

/** Fields of a hash, null where there is none. */
export type HashFields = readonly (Uint8Array | null)[]

/** Redis as the edge uses it: binary-safe, bounded in time and in number. No call throws or rejects. */
export interface RedisPort {
  /**
   * Fields of a hash, null where there is none. Gives up after the time for lookups. Not a promise: this is asked for each answer that comes from Redis.
   * @param done called once, perhaps before this returns; must not throw. The bytes are part of a larger read: copy what is kept
   */
  hashGet(ask: HashAsk, done: (reply: Reply<HashFields>) => void): void
  /** A value, null where there is none. Gives up after the time for chunks. */
  read(key: string): Promise<Reply<Uint8Array | null>>
  /** Keeps a value for so many ms. Gives up after the time for writes. */
  write(key: string, value: Uint8Array, keepMs: number): Promise<Reply<unknown>>
  /** Runs a script on one key, by its digest if Redis has it already. Gives up after the time for writes. */
  run(script: Script, key: string, values: readonly (string | number | Buffer)[]): Promise<Reply<unknown>>
  /** The same for a script that somebody waits for: gives up after the time for lookups. */
  ask(script: Script, key: string, values: readonly (string | number | Buffer)[]): Promise<Reply<unknown>>
  /** Takes keys away; in a cluster they are all of one node. Gives up after the time for writes. */
  remove(keys: readonly string[]): Promise<Reply<unknown>>
  /** Whether Redis answers within the time for lookups. */
  ping(): Promise<Reply<unknown>>
  /** `ready` when commands can be sent now. */
  state(): 'ready' | 'away'
  /** Ends the connection; what is unanswered gets `away`. */
  close(): void
}
