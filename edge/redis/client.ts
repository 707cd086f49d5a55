import type { Ports } from '../base/ports.ts'
import { logConnection, replyCode } from '../base/redis-connection.ts'
import { redisTarget } from '../base/redis-target.ts'
import type { RedisConfig } from '../contract/redis.ts'
import { MIB } from '../contract/units.ts'
import { connectRedis, type RedisConnection } from './connect.ts'
import { DeadlineQueue, LATE } from './deadline-queue.ts'
import type { HashAsk } from './hash-ask.ts'
import { sendLean } from './lean-command.ts'
import type { HashFields, RedisPort } from './redis-port.ts'
import type { NoReply, Reply } from './reply.ts'
import type { Script } from './script.ts'

// A Redis that stopped answering must not collect what is sent to it. Beyond these, commands are refused without being sent.
const MAX_UNANSWERED = 1_024
const MAX_UNANSWERED_BYTES = 16 * MIB
// Nobody waits for a write, and a large one takes longer than a lookup may; but it must end, or its bytes stay.
const WRITE_TIMEOUT_MS = 1_000

const AWAY: NoReply = { ok: false, why: 'away' }
const FULL: NoReply = { ok: false, why: 'full' }
const TOO_LATE: NoReply = { ok: false, why: 'late' }

/** What a client takes from the world. */
export type RedisTools = Pick<Ports, 'clock' | 'timers' | 'random' | 'log'>

/**
 * Connects to Redis, and stays at it for as long as it takes.
 * @throws EdgeError CONFIG_INVALID when the URL is not one; never because Redis is away
 */
export function createRedis(config: RedisConfig, tools: RedisTools): RedisPort {
  return new RedisClient(config, tools)
}

class RedisClient implements RedisPort {
  readonly #redis: RedisConnection
  readonly #lookups: DeadlineQueue
  readonly #chunks: DeadlineQueue
  readonly #writes: DeadlineQueue
  #unanswered = 0
  #unansweredBytes = 0

  constructor(config: RedisConfig, tools: RedisTools) {
    const target = redisTarget(config.url)
    this.#redis = connectRedis(config, target, tools.random)
    this.#lookups = new DeadlineQueue(tools, config.lookupTimeoutMs)
    this.#chunks = new DeadlineQueue(tools, config.chunkTimeoutMs)
    this.#writes = new DeadlineQueue(tools, WRITE_TIMEOUT_MS)
    logConnection(this.#redis, target, tools.log)
  }

  hashGet(ask: HashAsk, done: (reply: Reply<HashFields>) => void): void {
    const refusal = this.#refusal(0)
    if (refusal !== null) return done(refusal)
    this.#unanswered++
    const due = this.#lookups.begin(() => done(TOO_LATE))
    sendLean(this.#redis, ask, (fault, value) => {
      this.#unanswered--
      if (due.settle()) done(fault === null ? { ok: true, value: value as HashFields } : failed(fault))
    })
  }

  read(key: string): Promise<Reply<Uint8Array | null>> {
    return this.#ask(this.#chunks, 0, () => this.#redis.getBuffer(key))
  }

  write(key: string, value: Uint8Array, keepMs: number): Promise<Reply<unknown>> {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return this.#ask(this.#writes, bytes.length, () => this.#redis.set(key, bytes, 'PX', keepMs))
  }

  run(script: Script, key: string, values: readonly (string | number | Buffer)[]): Promise<Reply<unknown>> {
    const bytes = values.reduce<number>((sum, value) => sum + (typeof value === 'number' ? 0 : value.length), 0)
    return this.#ask(this.#writes, bytes, () => this.#evaluate(script, key, values))
  }

  ask(script: Script, key: string, values: readonly (string | number | Buffer)[]): Promise<Reply<unknown>> {
    return this.#ask(this.#lookups, 0, () => this.#evaluate(script, key, values))
  }

  remove(keys: readonly string[]): Promise<Reply<unknown>> {
    // UNLINK frees a large value in the background; DEL would hold up every other client meanwhile.
    return this.#ask(this.#writes, 0, () => this.#redis.unlink(...keys))
  }

  ping(): Promise<Reply<unknown>> {
    return this.#ask(this.#lookups, 0, () => this.#redis.ping())
  }

  state(): 'ready' | 'away' {
    return this.#redis.status === 'ready' ? 'ready' : 'away'
  }

  close(): void {
    this.#redis.disconnect()
  }

  async #ask<T>(deadlines: DeadlineQueue, bytes: number, send: () => Promise<T>): Promise<Reply<T>> {
    const refusal = this.#refusal(bytes)
    if (refusal !== null) return refusal
    try {
      const value = await deadlines.within(this.#counted(bytes, send))
      return value === LATE ? TOO_LATE : { ok: true, value }
    } catch (cause) {
      return failed(cause)
    }
  }

  // Asked here and not left to the library, which would make an Error for each command of an outage.
  #refusal(bytes: number): NoReply | null {
    if (this.#redis.status !== 'ready') return AWAY
    return this.#unanswered >= MAX_UNANSWERED || this.#unansweredBytes + bytes > MAX_UNANSWERED_BYTES ? FULL : null
  }

  /** Counts the command until Redis answers it or the connection ends, however late that is: until then it takes memory. */
  async #counted<T>(bytes: number, send: () => Promise<T>): Promise<T> {
    this.#unanswered++
    this.#unansweredBytes += bytes
    try {
      return await send()
    } finally {
      this.#unanswered--
      this.#unansweredBytes -= bytes
    }
  }

  async #evaluate(script: Script, key: string, values: readonly (string | number | Buffer)[]): Promise<unknown> {
    try {
      return await this.#redis.evalsha(script.digest, 1, key, ...values)
    } catch (cause) {
      // A Redis that has just been started, or SCRIPT FLUSH: EVAL brings the text, once.
      if (replyCode(cause) !== 'NOSCRIPT') throw cause
      return this.#redis.eval(script.text, 1, key, ...values)
    }
  }
}

function failed(cause: unknown): NoReply {
  const code = replyCode(cause)
  return code === null ? AWAY : { ok: false, why: 'refused', code }
}
