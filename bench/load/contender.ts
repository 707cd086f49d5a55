import type { Process } from './process.ts'
import type { Rig } from './rig.ts'

/** What a run asks for; each name is also the first part of the request path. */
export type BenchCase = 'hit-l1' | 'hit-l2' | 'pass' | 'limited'

/** Every case in the order of the tables, with the sentence that explains it. */
export const CASES: Readonly<Record<BenchCase, string>> = {
  'hit-l1': 'a 1 KB answer from memory (nginx `proxy_cache`: from its file, in the page cache)',
  'hit-l2': 'a 1 KB answer from Redis, never kept in memory',
  pass: 'a 1 KB answer from the origin, no cache asked',
  limited: 'a client far over its limit: nearly every answer is a 429',
}

/** A contender under way: where it listens and the root of its process tree. */
export interface Running {
  readonly url: string
  readonly process: Process
}

/** What a contender's adapter is given to start with. */
export interface Start {
  readonly benchCase: BenchCase
  readonly rig: Rig
  /** An empty folder of this start only. */
  readonly folder: string
  /** A loopback port that was free a moment ago. */
  readonly port: number
  /** 'json-lines' has contenders that can choose write one access log line per request. */
  readonly accessLog: 'off' | 'json-lines'
  /** Flags added to the edge's command line, nothing else. */
  readonly weirFlags: readonly string[]
}

/** One proxy of the comparison: an adapter that starts it for a case, with one worker. */
export interface Contender {
  readonly name: string
  /** Its label in the tables. */
  readonly label: string
  /** The cases it can do at all; any other cell is a dash. */
  readonly cases: readonly BenchCase[]
  /** Resolves when it answers. @throws Error when it ends or stays silent instead */
  start(start: Start): Promise<Running>
}
