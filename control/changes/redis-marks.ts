// Marks in Redis, shared by all control planes. When Redis is away, what this process remembers must do: then a change may purge once
// more than it had to, and nothing is lost.

import type { Redis, Result } from 'ioredis'
import type { Timers } from '../../edge/base/ports.ts'
import { MAX_PURGES_OF_ROW, type RowVersion, type VersionMarks } from './version-marks.ts'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** lua/change-newer.lua */
    changeNewer(key: string, ...values: (string | number)[]): Result<number[], Context>
  }
}

/** How long a batch may take to be asked or told. */
const TIMEOUT_MS = 1_000

/** What marks in Redis are made of. */
export interface RedisMarksParts {
  readonly redis: Redis
  /** The text of lua/change-newer.lua. */
  readonly lua: string
  /** What keys begin with. */
  readonly keyPrefix: string
  /** Asked and told where Redis does not answer. */
  readonly local: VersionMarks
  readonly timers: Timers
}

/** Marks in Redis, one hash a row. */
export class RedisMarks implements VersionMarks {
  readonly #parts: RedisMarksParts

  constructor(parts: RedisMarksParts) {
    this.#parts = parts
    parts.redis.defineCommand('changeNewer', { numberOfKeys: 1, lua: parts.lua })
  }

  async look(changes: readonly RowVersion[]): Promise<readonly (readonly boolean[])[]> {
    const said = await this.#run('look', changes)
    return said === null ? this.#parts.local.look(changes) : said.map((newer) => newer.map((one) => one === 1))
  }

  async keep(changes: readonly RowVersion[]): Promise<void> {
    if ((await this.#run('keep', changes)) === null) await this.#parts.local.keep(changes)
  }

  /** @returns null when not every change was answered in time */
  async #run(step: 'look' | 'keep', changes: readonly RowVersion[]): Promise<number[][] | null> {
    const { redis, timers } = this.#parts
    if (redis.status !== 'ready') return null
    let cancel = () => {}
    const late = new Promise<null>((resolve) => {
      cancel = timers.after(TIMEOUT_MS, () => resolve(null))
    })
    try {
      return await Promise.race([Promise.all(changes.map((change) => this.#runOne(step, change))), late])
    } catch {
      // Away, or of another mind: the connection logs it, and the marks at hand answer.
      return null
    } finally {
      cancel()
    }
  }

  #runOne(step: string, { row, version, digest, rememberMs, purges }: RowVersion): Promise<number[]> {
    const { redis, keyPrefix } = this.#parts
    return redis.changeNewer(`${keyPrefix}${row}`, step, version, digest, rememberMs, MAX_PURGES_OF_ROW, ...purges)
  }
}
