// What the supervisor and its workers say to each other. Only data crosses: each worker compiles for itself.

import type { Series } from '../base/metrics.ts'
import type { PurgeState } from '../cache/purge-table.ts'
import type { Told } from '../config/compile.ts'
import type { AuditProgress, AuditReport, AuditShare } from '../contract/audit.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import type { PeerHealthReading } from '../contract/health.ts'
import type { MirrorReading } from '../contract/mirror-reading.ts'
import type { Purge, PurgeOrder } from '../contract/purge.ts'
import type { RecordTerms } from '../contract/recording.ts'
import type { PoolReading } from '../pipeline/pool-reading.ts'
import type { WorkerReading } from '../pipeline/worker-reading.ts'
import type { BoundPlace, ListenPlace } from './listen-place.ts'

/** Which part of what was told is new. */
export type ToldPart = 'all' | 'switches' | 'endpoints'

/** What a worker is told: all of it, or what is new beside the revision that it serves. */
export type News =
  | { readonly part: 'all'; readonly told: Told }
  | { readonly part: 'switches'; readonly told: Pick<Told, 'revision' | 'switchboard'> }
  | { readonly part: 'endpoints'; readonly told: Pick<Told, 'revision' | 'endpoints'> }

/** The part that is new, alone: a site of a thousand pools need not be copied to each worker because one endpoint moved. */
export function newsOf(told: Told, part: ToldPart): News {
  const { revision, switchboard, endpoints } = told
  if (part === 'switches') return { part, told: { revision, switchboard } }
  if (part === 'endpoints') return { part, told: { revision, endpoints } }
  return { part, told }
}

/** What a worker is started with. */
export interface WorkerSeed {
  readonly bootstrap: EdgeBootstrap
  readonly index: number
  readonly workers: number
  readonly places: readonly ListenPlace[]
  readonly told: Told
  readonly cells: SharedArrayBuffer
  /** What is in flight at pools; see `SharedSlots`. */
  readonly slots: SharedArrayBuffer
  /** Turns to fetch; see `SiblingTurns`. */
  readonly turns: SharedArrayBuffer
  readonly purges: PurgeState
  /** What active checks say of peers. */
  readonly health: readonly PeerHealthReading[]
  readonly lease: SharedArrayBuffer
  readonly slab: SharedArrayBuffer
  /** Keys of session tickets; the same at all workers, so that a session goes on wherever its next connection lands. */
  readonly ticketKeys: Uint8Array
  /** What the process before this one held in memory; see `kept-memory`. Null where there is none. */
  readonly memory: SharedArrayBuffer | null
}

/** Why a worker cannot begin. */
export interface WorkerFailure {
  readonly code: string
  readonly detail: string
  /** The address that it could not listen on; null where that is not the reason. */
  readonly listen: string | null
  /** The file that it could not use; null where that is not the reason. */
  readonly file: string | null
}

/** To a worker. */
export type ToWorker =
  | ({ readonly type: 'told'; readonly ticket: number } & News)
  | { readonly type: 'purge'; readonly ticket: number; readonly purges: readonly Purge[] }
  | { readonly type: 'health'; readonly readings: readonly PeerHealthReading[] }
  | { readonly type: 'read'; readonly ticket: number }
  | { readonly type: 'mirrors'; readonly ticket: number }
  /** @param pool only this one; all when null */
  | { readonly type: 'pools'; readonly ticket: number; readonly pool: string | null }
  /** From now on it sends `recorded`, behind `record-began`. */
  | { readonly type: 'record'; readonly ticket: number; readonly terms: RecordTerms }
  | { readonly type: 'record-stop'; readonly ticket: number }
  /** Its `audited` comes later, after any number of `auditing`. */
  | { readonly type: 'audit'; readonly ticket: number; readonly share: AuditShare }
  | { readonly type: 'audit-stop' }
  | { readonly type: 'reload' }
  /** Writes what it holds in memory to disk. */
  | { readonly type: 'keep-memory'; readonly ticket: number }
  | { readonly type: 'ticket-keys'; readonly keys: Uint8Array }
  | { readonly type: 'drain'; readonly deadlineMs: number }

/** From a worker. */
export type FromWorker =
  | { readonly type: 'listening'; readonly bound: readonly BoundPlace[] }
  | ({ readonly type: 'failed' } & WorkerFailure)
  | { readonly type: 'series'; readonly series: Series }
  | { readonly type: 'applied'; readonly ticket: number; readonly problem: string | null }
  | { readonly type: 'purged'; readonly ticket: number }
  | { readonly type: 'reading'; readonly ticket: number; readonly reading: WorkerReading }
  | { readonly type: 'pools-read'; readonly ticket: number; readonly pools: readonly PoolReading[] }
  | { readonly type: 'mirrors-read'; readonly ticket: number; readonly mirrors: readonly MirrorReading[] }
  | { readonly type: 'recorded'; readonly lines: readonly string[]; readonly dropped: number }
  /** It records. */
  | { readonly type: 'record-began'; readonly ticket: number }
  /** All that it recorded was sent. */
  | { readonly type: 'record-stopped'; readonly ticket: number }
  | { readonly type: 'purged-here'; readonly orders: readonly PurgeOrder[]; readonly atMs: number }
  | { readonly type: 'auditing'; readonly progress: AuditProgress }
  | { readonly type: 'audited'; readonly ticket: number; readonly report: AuditReport }
  | { readonly type: 'memory-kept'; readonly ticket: number }
  | { readonly type: 'drained' }
