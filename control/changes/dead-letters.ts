// Dead letters: entries of the stream that could not be used, each with the reason, in a stream of their own beside it. Bounded; the oldest
// give way. They are looked at and, once their cause is mended, put back at the end of the stream of changes.

import type { Redis } from 'ioredis'
import type { ChangeStreamConfig } from '../../edge/contract/changes.ts'
import type { Burial } from './change-stream.ts'

/** A dead letter as people see it. */
export interface DeadLetter {
  readonly id: string
  /** The id that the entry had in the stream of changes. */
  readonly entry: string
  readonly cause: string
  readonly reason: string
  readonly tries: number
  readonly atMs: number
  /** What the entry held; at most `maxEntryBytes` characters of it. */
  readonly change: string
  /** Whether `change` is all of it, so that it can be tried again. */
  readonly whole: boolean
}

/** What became of dead letters that were to be tried again. */
export interface Retried {
  readonly retried: number
  /** Letters that are not there (any more), or of which only the beginning was kept. */
  readonly refused: readonly string[]
  /** Letters that there are now. */
  readonly left: number
}

/** The most letters that are listed or put back at once. */
export const MAX_LETTERS = 1_000
const MAX_REASON = 1_024

/** The key of the dead letters of a stream. */
export function deadLetterKey(stream: string): string {
  return `${stream}:dead`
}

/** Adds a dead letter; the oldest gives way when there are too many. @throws as the client does */
export async function addLetter(redis: Redis, config: ChangeStreamConfig, { entry, ...why }: Burial, nowMs: number): Promise<void> {
  const text = entry.text ?? ''
  const change = text.slice(0, config.maxEntryBytes)
  const fields = { entry: entry.id, cause: why.cause, reason: why.reason.slice(0, MAX_REASON), tries: why.tries, atMs: nowMs }
  const flat = Object.entries({ ...fields, change, whole: entry.text !== null && change.length === text.length ? 1 : 0 }).flat()
  await redis.xadd(deadLetterKey(config.stream), 'MAXLEN', '~', config.deadLetterMax, '*', ...flat)
}

/** The dead letters of a stream. Every call rejects when Redis is away. */
export class DeadLetters {
  readonly #redis: Redis
  readonly #stream: string
  readonly #key: string

  constructor(redis: Redis, stream: string) {
    this.#redis = redis
    this.#stream = stream
    this.#key = deadLetterKey(stream)
  }

  /** The newest first. @param before only what has a lower id */
  async list(limit: number, before?: string): Promise<DeadLetter[]> {
    const rows = await this.#redis.xrevrange(
      this.#key,
      before === undefined ? '+' : `(${before}`,
      '-',
      'COUNT',
      Math.min(limit, MAX_LETTERS),
    )
    return rows.map(letterOf)
  }

  /** Puts letters back at the end of the stream: those named, or the oldest thousand. Each is in one of the two at any time. */
  async retry(ids: readonly string[] | null): Promise<Retried> {
    const found = ids === null ? await this.#redis.xrange(this.#key, '-', '+', 'COUNT', MAX_LETTERS) : await this.#named(ids)
    const letters = found.map(letterOf)
    const whole = letters.filter((letter) => letter.whole)
    for (const { id, change } of whole) {
      await this.#redis.multi().xadd(this.#stream, '*', 'change', change).xdel(this.#key, id).exec()
    }
    const done = new Set(whole.map(({ id }) => id))
    const refused = (ids ?? letters.map(({ id }) => id)).filter((id) => !done.has(id))
    return { retried: whole.length, refused, left: await this.#redis.xlen(this.#key) }
  }

  async #named(ids: readonly string[]): Promise<[string, string[]][]> {
    const found = await Promise.all([...new Set(ids)].slice(0, MAX_LETTERS).map((id) => this.#redis.xrange(this.#key, id, id)))
    return found.flat()
  }
}

function letterOf([id, flat]: [string, string[]]): DeadLetter {
  const fields = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) fields.set(flat[at]!, flat[at + 1]!)
  const text = (name: string) => fields.get(name) ?? ''
  return {
    id,
    entry: text('entry'),
    cause: text('cause'),
    reason: text('reason'),
    tries: Number(text('tries')),
    atMs: Number(text('atMs')),
    change: text('change'),
    whole: text('whole') === '1',
  }
}
