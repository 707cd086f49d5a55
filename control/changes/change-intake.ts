// The taking in of changes put together: the desk, and, where a stream is set, its consumer and its dead letters on two connections.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { EdgeError } from '../../edge/base/edge-error.ts'
import type { Clock, Files, Log, Metrics, Random, Timers } from '../../edge/base/ports.ts'
import { connectionOptions, logConnection } from '../../edge/base/redis-connection.ts'
import { type RedisTarget, redisTarget } from '../../edge/base/redis-target.ts'
import type { ChangeStreamConfig } from '../../edge/contract/changes.ts'
import type { Site } from '../../edge/contract/site.ts'
import { ChangeDesk } from './change-desk.ts'
import { ChangeRules } from './change-rules.ts'
import { DeadLetters } from './dead-letters.ts'
import type { PurgeSink } from './purge-sink.ts'
import { RedisChangeStream } from './redis-change-stream.ts'
import { RedisMarks } from './redis-marks.ts'
import { StreamConsumer } from './stream-consumer.ts'
import { MemoryMarks } from './version-marks.ts'

const SCRIPT = join(fileURLToPath(new URL('../../lua/', import.meta.url)), 'change-newer.lua')
/** Longer than a read of the stream waits for entries. */
const SILENCE_MS = 3_000
const CONSUMER_BYTES = 6

/** What the taking in of changes needs. */
export interface IntakeTools {
  /** The site that stands, or null. */
  readonly site: () => Site | null
  readonly purges: PurgeSink
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
  readonly files: Files
}

/** The reading of a stream. */
export interface StreamIntake {
  readonly config: ChangeStreamConfig
  /** The name of this process within the group. */
  readonly consumerName: string
  readonly consumer: StreamConsumer
  readonly letters: DeadLetters
}

/** The taking in of changes. */
export interface ChangeIntake {
  readonly desk: ChangeDesk
  /** Null where none is set. */
  readonly stream: StreamIntake | null
  /** Begins to read the stream. */
  start(): void
  /** Finishes what is in hand. Never rejects. */
  close(): Promise<void>
}

/**
 * Puts it together; connects, when a stream is set, and stays at it for as long as Redis is away.
 * @throws EdgeError CONFIG_INVALID when the URL is none, CONFIG_UNREADABLE when the script is not there
 */
export async function openIntake(config: ChangeStreamConfig | undefined, tools: IntakeTools): Promise<ChangeIntake> {
  const local = new MemoryMarks(tools.clock)
  const rules = rulesOf(tools.site)
  if (!config) return { desk: new ChangeDesk({ ...tools, rules, marks: local }), stream: null, start() {}, async close() {} }

  const lua = await tools.files.read(SCRIPT)
  if (lua === null) throw new EdgeError('CONFIG_UNREADABLE', { path: SCRIPT })
  const target = redisTarget(config.url)
  const asking = connect(target, config, tools)
  const reading = connect(target, config, tools)
  logConnection(asking, target, tools.log)
  reading.on('error', () => {}) // The other one tells of it.
  // By group: another group has other edges, which have not been told what was purged here.
  const marks = new RedisMarks({ redis: asking, lua, keyPrefix: `${config.stream}:${config.group}:row:`, local, timers: tools.timers })
  const desk = new ChangeDesk({ ...tools, rules, marks })
  const consumerName = config.consumer ?? `weir-${tools.random.hex(CONSUMER_BYTES)}`
  const stream = new RedisChangeStream({ reading, asking, config, consumer: consumerName })
  const consumer = new StreamConsumer(config, { ...tools, stream, desk })
  return {
    desk,
    stream: { config, consumerName, consumer, letters: new DeadLetters(asking, config.stream) },
    start: () => consumer.start(),
    async close() {
      await consumer.close()
      reading.disconnect()
      asking.disconnect()
    },
  }
}

function connect(target: RedisTarget, { connectTimeoutMs }: ChangeStreamConfig, { random }: IntakeTools): Redis {
  return new Redis(connectionOptions(target, { connectTimeoutMs, silenceMs: SILENCE_MS }, random))
}

/** The rules of the site that stands, made ready once for each site. */
function rulesOf(site: () => Site | null): () => ChangeRules {
  let of: Site | null = null
  let rules = new ChangeRules({})
  return () => {
    const standing = site()
    if (standing !== of) {
      of = standing
      rules = new ChangeRules(standing?.changes ?? {})
    }
    return rules
  }
}
