// What the supervisor and its workers say to each other. Only data crosses: each worker compiles for itself.

import type { Series } from '../base/metrics.ts'
import type { Told } from '../config/compile.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'

/** Which part of what was told is new. */
export type ToldPart = 'all' | 'switches' | 'endpoints'

/** What a worker is started with. */
export interface WorkerSeed {
  readonly bootstrap: EdgeBootstrap
  readonly index: number
  readonly workers: number
  /** Port to listen on when the bootstrap asks for any free one and a sibling has found it. */
  readonly port: number | null
  readonly told: Told
  readonly cells: SharedArrayBuffer
  readonly slab: SharedArrayBuffer
}

/** What a worker reads of itself. */
export interface WorkerReading {
  readonly inFlight: number
  readonly requests: number
  readonly lookups: number
  readonly hits: number
  readonly redis: 'up' | 'down' | 'none'
}

/** To a worker. */
export type ToWorker =
  | { readonly type: 'told'; readonly ticket: number; readonly part: ToldPart; readonly told: Told }
  | { readonly type: 'read'; readonly ticket: number }
  | { readonly type: 'drain'; readonly deadlineMs: number }

/** From a worker. */
export type FromWorker =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'failed'; readonly code: string; readonly detail: string }
  | { readonly type: 'series'; readonly series: Series }
  | { readonly type: 'applied'; readonly ticket: number; readonly problem: string | null }
  | { readonly type: 'reading'; readonly ticket: number; readonly reading: WorkerReading }
  | { readonly type: 'drained' }
