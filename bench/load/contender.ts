import type { BenchCase } from './cases.ts'
import type { Page } from './pages.ts'
import type { Process } from './process.ts'
import type { Rig } from './rig.ts'

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
  /** Fields added to the edge's bootstrap, nothing else. */
  readonly bootstrap: Readonly<Record<string, unknown>>
}

/** One proxy of the comparison: an adapter that starts it for a case. */
export interface Contender {
  readonly name: string
  /** Its label in the tables. */
  readonly label: string
  /** The cases it can do at all; any other cell is a dash. */
  readonly cases: readonly BenchCase[]
  /** Workers that take connections; 1 when left out. */
  readonly workers?: number
  /** Asked for instead of the pages of the job. */
  readonly pages?: readonly Page[]
  /** Resolves when it answers. @throws Error when it ends or stays silent instead */
  start(start: Start): Promise<Running>
}

/** How long a run takes, and which round it belongs to. */
export interface Timing extends Omit<Start, 'port'> {
  readonly round: number
  readonly warmupSeconds: number
  readonly seconds: number
  /** Idle connections to open in the case that is about them. */
  readonly connections: number
}

/** A contender that has been started, with all that its run needs. */
export interface Run extends Timing {
  readonly contender: Contender
  readonly running: Running
  readonly port: number
  readonly pages: readonly Page[]
  /** The same pages, for wrk. */
  readonly pagesFile: string
}
