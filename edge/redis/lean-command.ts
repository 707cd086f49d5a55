// A command to Redis without what the client library builds around each: a promise, a copy of the arguments, closures, a buffer, a write.
// It speaks to the library as the library's own commands do; what of them it has, and why, is in docs/decisions/0009-redis-commands.md.

import { type Cluster, Command, type Redis } from 'ioredis'
import type { HashAsk } from './hash-ask.ts'
import { oneWrite, type WrittenTo } from './one-write.ts'

/** How a command ended: bytes, lists of them, numbers or null; or the fault, which is Redis's own refusal when its name is ReplyError. */
export type Ended = (fault: Error | null, value: unknown) => void

/** What sends commands: a client of one server, or of a cluster. */
export type Sender = Pick<Redis | Cluster, 'sendCommand'>

/** Asks for fields of a hash. */
export function sendLean(sender: Sender, ask: HashAsk, ended: Ended): void {
  // The library asks for its own class and takes what behaves so.
  sender.sendCommand(new LeanCommand(ask, ended) as unknown as Command)
}

/** The part of the library's commands that it uses of those it sends. */
class LeanCommand {
  readonly name = 'HMGET'
  /** Nobody waits for it: the outcome is told. */
  readonly promise = undefined
  /** No span is opened for it. */
  readonly isTraced = true
  readonly isReadOnly = true
  /** Of its key, when it goes to a cluster; worked out there. */
  slot: number | null | undefined = undefined
  readonly getSlot = Command.prototype.getSlot
  readonly #ask: HashAsk
  #ended: Ended | null

  constructor(ask: HashAsk, ended: Ended) {
    this.#ask = ask
    this.#ended = ended
  }

  get args(): readonly string[] {
    return [this.#ask.key, ...this.#ask.fields]
  }

  toWritable(stream: WrittenTo): string | Buffer {
    oneWrite(stream)
    return this.#ask.command
  }

  getKeys(): readonly string[] {
    return [this.#ask.key]
  }

  resolve(value: unknown): void {
    this.#end(null, value)
  }

  reject(fault: Error): void {
    this.#end(fault, null)
  }

  setReplyContext(): void {}

  #end(fault: Error | null, value: unknown): void {
    const ended = this.#ended
    this.#ended = null
    ended?.(fault, value)
  }
}
