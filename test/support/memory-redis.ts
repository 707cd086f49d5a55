import { VARIANT_ID_LENGTH } from '../../edge/cache/redis-place.ts'
import type { HashAsk } from '../../edge/redis/hash-ask.ts'
import type { HashFields, RedisPort } from '../../edge/redis/redis-port.ts'
import type { NoReply, Reply } from '../../edge/redis/reply.ts'
import type { Script } from '../../edge/redis/script.ts'

/** Redis as hashes and values in memory, that can be told to fail. It runs no Lua: what the scripts do is tested with a real one. */
export class MemoryRedis implements RedisPort {
  readonly hashes = new Map<string, Map<string, Uint8Array>>()
  readonly values = new Map<string, Uint8Array>()
  readonly puts: (readonly (string | number | Buffer)[])[] = []
  failure: NoReply | null = null
  verdict: unknown = [1]
  trips = 0
  /** The fields of each hash that were asked for. */
  readonly hashAsks: (readonly string[])[] = []

  hashGet({ key, fields }: HashAsk, done: (reply: Reply<HashFields>) => void): void {
    this.trips++
    this.hashAsks.push(fields)
    const reply = this.failure ?? ({ ok: true, value: fields.map((field) => this.hashes.get(key)?.get(field) ?? null) } as const)
    queueMicrotask(() => done(reply))
  }

  async read(key: string): Promise<Reply<Uint8Array | null>> {
    return this.failure ?? { ok: true, value: this.values.get(key) ?? null }
  }

  async write(key: string, value: Uint8Array): Promise<Reply<unknown>> {
    if (this.failure === null) this.values.set(key, new Uint8Array(value))
    return this.failure ?? { ok: true, value: 'OK' }
  }

  async run({ name }: Script, key: string, values: readonly (string | number | Buffer)[]): Promise<Reply<unknown>> {
    this.trips++
    if (this.failure !== null) return this.failure
    this.puts.push(values)
    if (name === 'cache-remove') this.hashes.delete(key)
    const [vary, record, , envelope] = values as [string, string, string, Buffer]
    const kept = Buffer.isBuffer(envelope) ? ([[record.slice(0, VARIANT_ID_LENGTH), envelope]] as const) : []
    if (kept.length > 0) this.hashes.set(key, new Map([['v', Buffer.from(vary)], ...kept]))
    return { ok: true, value: this.verdict }
  }

  /** What scripts that are waited for were asked, and what they say, in turn; the last one stays. */
  readonly asked: (readonly (string | number | Buffer)[])[] = []
  readonly says: unknown[] = [['taken', '1']]

  async ask(_script: Script, _key: string, values: readonly (string | number | Buffer)[]): Promise<Reply<unknown>> {
    if (this.failure !== null) return this.failure
    this.asked.push(values)
    return { ok: true, value: this.says.length > 1 ? this.says.shift() : this.says[0] }
  }

  async remove(keys: readonly string[]): Promise<Reply<unknown>> {
    for (const key of keys) this.values.delete(key)
    return this.failure ?? { ok: true, value: 1 }
  }

  async ping(): Promise<Reply<unknown>> {
    return this.failure ?? { ok: true, value: 'PONG' }
  }

  state(): 'ready' | 'away' {
    return 'ready'
  }

  close(): void {}
}
