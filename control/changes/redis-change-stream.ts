// The stream of changes in Redis. Two connections: one that waits for new entries, and one for everything else, which must not wait
// behind it.

import type { Redis } from 'ioredis'
import { replyCode } from '../../edge/base/redis-connection.ts'
import type { ChangeStreamConfig } from '../../edge/contract/changes.ts'
import type { Burial, ChangeStream, Claimed, Redelivered, StreamEntry, StreamMeasure } from './change-stream.ts'
import { addLetter, deadLetterKey } from './dead-letters.ts'

/** The field of an entry that holds its change; an entry with one field may name it as it likes. */
export const CHANGE_FIELD = 'change'
/** How long a read waits. Shorter than the silence after which a connection counts as dead. */
const BLOCK_MS = 1_000

/** What a stream in Redis is made of. */
export interface RedisChangeStreamParts {
  /** Waits for entries, and does nothing else. */
  readonly reading: Redis
  readonly asking: Redis
  readonly config: ChangeStreamConfig
  readonly consumer: string
}

type RawEntry = readonly [id: string, fields: readonly string[] | null]
type PendingRow = readonly [id: string, consumer: string, idleMs: number, tries: number]

/** The stream of changes in Redis. */
export class RedisChangeStream implements ChangeStream {
  readonly #reading: Redis
  readonly #asking: Redis
  readonly #config: ChangeStreamConfig
  readonly #consumer: string
  /** Of the reading connection, at Redis. */
  #readingId: number | null = null
  #claimFrom = '0-0'

  constructor({ reading, asking, config, consumer }: RedisChangeStreamParts) {
    this.#reading = reading
    this.#asking = asking
    this.#config = config
    this.#consumer = consumer
  }

  async prepare(): Promise<void> {
    const { stream, group } = this.#config
    try {
      await this.#asking.xgroup('CREATE', stream, group, '0', 'MKSTREAM')
    } catch (cause) {
      if (replyCode(cause) !== 'BUSYGROUP') throw cause
    }
    this.#readingId = await this.#reading.client('ID')
  }

  async read(): Promise<readonly StreamEntry[]> {
    const { stream, group, batch } = this.#config
    const reply = await this.#reading.xreadgroup('GROUP', group, this.#consumer, 'COUNT', batch, 'BLOCK', BLOCK_MS, 'STREAMS', stream, '>')
    const [first] = (reply ?? []) as readonly (readonly [string, readonly RawEntry[]])[]
    return (first?.[1] ?? []).map(entryOf)
  }

  async held(after: string | null): Promise<readonly string[]> {
    const { stream, group, batch } = this.#config
    const from = after === null ? '-' : `(${after}`
    const rows = await this.#asking.xpending(stream, group, from, '+', batch, this.#consumer)
    return (rows as PendingRow[]).map(([id]) => id)
  }

  async claim(): Promise<Claimed> {
    const { stream, group, batch, claimIdleMs } = this.#config
    const reply = await this.#asking.xautoclaim(stream, group, this.#consumer, claimIdleMs, this.#claimFrom, 'COUNT', batch, 'JUSTID')
    const [next, ids, lost = []] = reply as [string, string[], string[]?]
    this.#claimFrom = next
    return { ids, lost: lost.length }
  }

  // Entries are counted as tried one by one, right before each is: were a whole batch counted at once, those behind one that ends its
  // consumers would go to the dead letters without ever having been looked at.
  async again(id: string): Promise<Redelivered> {
    const { stream, group } = this.#config
    const found = (await this.#asking.xclaim(stream, group, this.#consumer, 0, id)) as (RawEntry | null)[]
    const [row] = (await this.#asking.xpending(stream, group, id, id, 1)) as PendingRow[]
    const entry = found[0]?.[1] ? entryOf(found[0]) : null
    // Since 7.0 Redis forgets by itself that an entry is pending which is not there any more.
    if (entry === null && row !== undefined) await this.acknowledge([id])
    return { entry, tries: row?.[3] ?? 1 }
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    const { stream, group } = this.#config
    if (ids.length > 0) await this.#asking.xack(stream, group, ...ids)
  }

  async bury(burials: readonly Burial[], nowMs: number): Promise<void> {
    for (const burial of burials) await addLetter(this.#asking, this.#config, burial, nowMs)
    await this.acknowledge(burials.map(({ entry }) => entry.id))
  }

  async measure(): Promise<StreamMeasure> {
    const { stream, group } = this.#config
    const [groups, length, deadLetters] = await Promise.all([
      this.#asking.xinfo('GROUPS', stream),
      this.#asking.xlen(stream),
      this.#asking.xlen(deadLetterKey(stream)),
    ])
    const found = (groups as unknown[][]).map(members).find((each) => each.get('name') === group)
    const pending = Number(found?.get('pending') ?? 0)
    const undelivered = found?.get('lag')
    // Redis cannot say it once entries were deleted from within: then all that is there is what it may be at most.
    return { lag: pending + (typeof undelivered === 'number' ? undelivered : length), pending, deadLetters }
  }

  async wake(): Promise<void> {
    if (this.#readingId !== null) await this.#asking.client('UNBLOCK', this.#readingId)
  }

  async leave(): Promise<void> {
    const { stream, group } = this.#config
    const left = await this.#asking.xpending(stream, group, '-', '+', 1, this.#consumer)
    if (left.length === 0) await this.#asking.xgroup('DELCONSUMER', stream, group, this.#consumer)
  }
}

function entryOf([id, fields]: RawEntry): StreamEntry {
  return { id, text: textOf(fields ?? []) }
}

function textOf(fields: readonly string[]): string | null {
  for (let at = 0; at + 1 < fields.length; at += 2) if (fields[at] === CHANGE_FIELD) return fields[at + 1]!
  return fields.length === 2 ? fields[1]! : null
}

/** `[name, value, name, value …]` by name. */
function members(flat: readonly unknown[]): Map<unknown, unknown> {
  const found = new Map<unknown, unknown>()
  for (let at = 0; at + 1 < flat.length; at += 2) found.set(flat[at], flat[at + 1])
  return found
}
