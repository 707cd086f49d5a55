// The database as the stores see it: statements prepared once, writes that are whole and audited, faults that say which way it went.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { AuditEntry } from '../domain/audit.ts'
import { readingFault, writingFault } from './open-database.ts'
import type { Row } from './rows.ts'

/** The most audit records that are kept; the oldest go first. */
export const MAX_AUDIT_RECORDS = 1_000_000

/** An open database. @throws EdgeError STATE_UNWRITABLE when a write fails, CONFIG_UNREADABLE when a read does */
export class Sql {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Closes it; harmless when it is closed already. */
  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  /** Runs `change` and the audit of it as one: both are on disk afterwards, or neither. */
  write(audit: AuditEntry | null, change: () => void): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      change()
      if (audit) this.#audit(audit)
      this.#database.exec('COMMIT')
    } catch (cause) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw writingFault(cause)
    }
  }

  #audit(entry: AuditEntry): void {
    const { atMs, actor, address, requestId, action, subject, reason, change } = entry
    const columns = 'at_ms, actor, address, request_id, action, subject, reason, change'
    const values = [atMs, actor, address, requestId, action, subject, reason, JSON.stringify(change)]
    this.run(`INSERT INTO audit (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, ...values)
    this.run('DELETE FROM audit WHERE id <= last_insert_rowid() - ?', MAX_AUDIT_RECORDS)
  }

  /** Runs a statement. */
  run(sql: string, ...values: SQLInputValue[]): void {
    this.#statement(sql).run(...values)
  }

  /** The first row, if there is one. */
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    try {
      return this.#statement(sql).get(...values)
    } catch (cause) {
      throw readingFault(cause)
    }
  }

  /** All rows. */
  all(sql: string, ...values: SQLInputValue[]): Row[] {
    try {
      return this.#statement(sql).all(...values)
    } catch (cause) {
      throw readingFault(cause)
    }
  }

  /** Prepared once each; the texts are constants of this file. */
  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const made = this.#database.prepare(sql)
    this.#statements.set(sql, made)
    return made
  }
}
