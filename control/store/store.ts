// What the control plane keeps. All calls are synchronous and whole: a write is on disk with its audit entry when the call returns,
// so that what was checked just before it still holds.

import type { Endpoints, Publication } from '../../edge/contract/publication.ts'
import type { Switchboard } from '../../edge/contract/switchboard.ts'
import type { AuditEntry, AuditRecord } from '../domain/audit.ts'
import type { LoggedPurge, PurgeHead, PurgeRepeat } from '../domain/purge-log.ts'
import type { Draft, RevisionSummary } from '../domain/revision.ts'
import type { Shift } from '../domain/shift.ts'
import type { TokenRecord } from '../domain/token.ts'

/** A page of a list that is read from the newest to the oldest. */
export interface Page {
  readonly limit: number
  /** Only what has a lower number. */
  readonly before?: number
}

/** What is written with purges. */
export interface PurgeWrite {
  readonly purges: readonly LoggedPurge[]
  /** That are due later. */
  readonly repeats: readonly PurgeRepeat[]
  /** The repeats that these purges are, by the number that they repeat. */
  readonly done: readonly number[]
}

/** The purge log as it is kept. */
export interface PurgeStore {
  head(): PurgeHead
  /** Adds to the log, and lets go of what is beyond its bounds. Audited unless `audit` is null. */
  append(write: PurgeWrite, audit: AuditEntry | null): void
  /** Puts the log where an edge says that it was. */
  raise(head: PurgeHead): void
  purge(seq: number): LoggedPurge | null
  /** The purges after a number, oldest first. */
  after(seq: number, limit: number): LoggedPurge[]
  /** The purges, newest first. */
  page(page: Page): LoggedPurge[]
  /** What a request of this name and owner purged, oldest first. */
  byKey(key: string, owner: string): LoggedPurge[]
  /** What is due once more, soonest first. */
  repeats(limit: number): PurgeRepeat[]
}

/** What the control plane keeps. @throws EdgeError STATE_UNWRITABLE when a write fails, CONFIG_UNREADABLE when what is kept cannot be read */
export interface Store {
  /** The revision that stands, or null. */
  current(): Publication | null
  revision(number: number): Publication | null
  revisions(page: Page): RevisionSummary[]
  /** Adds a revision and drops the draft it was made of. */
  publish(publication: Publication, from: 'draft' | 'site', audit: AuditEntry): void
  draft(): Draft | null
  saveDraft(draft: Omit<Draft, 'version'>, audit: AuditEntry): Draft
  dropDraft(audit: AuditEntry): void
  switchboard(): Switchboard
  saveSwitchboard(board: Switchboard, audit: AuditEntry): void
  /** The shift of each route that had one, the last of each. */
  shifts(): readonly Shift[]
  /** Keeps shifts, and the board that they come with. */
  saveShifts(shifts: readonly Shift[], board: Switchboard, audit: AuditEntry): void
  endpoints(): Endpoints
  /** Not audited: no person did it. */
  saveEndpoints(endpoints: Endpoints): void
  /** The discovered services of which an operator has refused what is held. */
  refusals(): readonly string[]
  /** Audited unless `audit` is null: the answer recovered by itself. */
  saveRefusals(services: readonly string[], audit: AuditEntry | null): void
  /** The key that digests of tokens are made with, hex; made once. */
  tokenKey(): string
  tokens(): readonly TokenRecord[]
  addToken(token: TokenRecord, audit: AuditEntry): void
  dropToken(id: string, audit: AuditEntry): void
  audit(page: Page): AuditRecord[]
  readonly purges: PurgeStore
  /** Harmless when it is closed already. */
  close(): void
}
