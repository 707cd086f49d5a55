// The purge log on SQLite. Where it stands is kept in memory too, since every message of an edge is held against it.

import type { AuditEntry } from '../domain/audit.ts'
import { type LoggedPurge, MAX_PURGE_AGE_MS, MAX_PURGES, type PurgeHead, type PurgeRepeat } from '../domain/purge-log.ts'
import { purgeOf, repeatOf } from './rows.ts'
import type { Sql } from './sql.ts'
import type { Page, PurgeStore, PurgeWrite } from './store.ts'

const NEWEST = Number.MAX_SAFE_INTEGER

/** The purge log on SQLite. */
export class SqlitePurges implements PurgeStore {
  readonly #sql: Sql
  readonly #max: number
  #head: PurgeHead

  /** @param max the most purges that it holds */
  constructor(sql: Sql, max: number = MAX_PURGES) {
    this.#sql = sql
    this.#max = max
    const row = sql.get('SELECT seq, floor FROM purge_head')
    this.#head = row ? { seq: Number(row.seq), floor: Number(row.floor) } : { seq: 0, floor: 0 }
  }

  head(): PurgeHead {
    return this.#head
  }

  append({ purges, repeats, done }: PurgeWrite, audit: AuditEntry | null): void {
    const last = purges.at(-1)
    const seq = last?.seq ?? this.#head.seq
    let head = this.#head
    this.#sql.write(audit, () => {
      for (const { seq, atMs, owner, reason, key, order } of purges)
        this.#sql.run('INSERT INTO purges VALUES (?, ?, ?, ?, ?, ?)', seq, atMs, owner, reason, key, JSON.stringify(order))
      for (const { of, dueAtMs, owner, reason, order } of repeats)
        this.#sql.run('INSERT INTO purge_repeats VALUES (?, ?, ?, ?, ?)', of, dueAtMs, owner, reason, JSON.stringify(order))
      for (const of of done) this.#sql.run('DELETE FROM purge_repeats WHERE of = ?', of)
      head = { seq, floor: last === undefined ? head.floor : this.#compacted(seq, last.atMs) }
      this.#keepHead(head)
    })
    this.#head = head
  }

  raise(head: PurgeHead): void {
    this.#sql.write(null, () => this.#keepHead(head))
    this.#head = head
  }

  purge(seq: number): LoggedPurge | null {
    const row = this.#sql.get('SELECT * FROM purges WHERE seq = ?', seq)
    return row ? purgeOf(row) : null
  }

  after(seq: number, limit: number): LoggedPurge[] {
    return this.#sql.all('SELECT * FROM purges WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit).map(purgeOf)
  }

  page({ limit, before = NEWEST }: Page): LoggedPurge[] {
    return this.#sql.all('SELECT * FROM purges WHERE seq < ? ORDER BY seq DESC LIMIT ?', before, limit).map(purgeOf)
  }

  byKey(key: string, owner: string): LoggedPurge[] {
    return this.#sql.all('SELECT * FROM purges WHERE key = ? AND owner = ? ORDER BY seq', key, owner).map(purgeOf)
  }

  repeats(limit: number): PurgeRepeat[] {
    return this.#sql.all('SELECT * FROM purge_repeats ORDER BY due_at_ms LIMIT ?', limit).map(repeatOf)
  }

  /** Lets go of what is beyond the bounds. @returns the floor then */
  #compacted(seq: number, nowMs: number): number {
    const atMs = nowMs - MAX_PURGE_AGE_MS
    // Only when the oldest is too old are the others looked through.
    const oldest = Number(this.#sql.get('SELECT at_ms FROM purges ORDER BY seq LIMIT 1')?.at_ms ?? nowMs)
    const tooOld = oldest < atMs ? this.#sql.get('SELECT max(seq) AS seq FROM purges WHERE at_ms < ?', atMs) : undefined
    const floor = Math.max(this.#head.floor, seq - this.#max, Number(tooOld?.seq ?? 0))
    if (floor > this.#head.floor) this.#sql.run('DELETE FROM purges WHERE seq <= ?', floor)
    return floor
  }

  #keepHead({ seq, floor }: PurgeHead): void {
    this.#sql.run('INSERT OR REPLACE INTO purge_head VALUES (1, ?, ?)', seq, floor)
  }
}
