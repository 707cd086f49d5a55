// The store on SQLite, embedded: one file, one process. What is asked often (the revision that stands, the switchboard, the tokens)
// is kept in memory beside it, and replaced only after the disk has it.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Random } from '../../edge/base/ports.ts'
import { EMPTY_ENDPOINTS, type Endpoints, EndpointsSchema, type Publication } from '../../edge/contract/publication.ts'
import { EMPTY_SWITCHBOARD, type Switchboard, SwitchboardSchema } from '../../edge/contract/switchboard.ts'
import type { AuditEntry, AuditRecord } from '../domain/audit.ts'
import type { Draft, RevisionSummary } from '../domain/revision.ts'
import type { TokenRecord } from '../domain/token.ts'
import { openDatabase, readingFault, writingFault } from './open-database.ts'
import { auditOf, documentOf, draftOf, publicationOf, type Row, summaryOfRow, tokenOf } from './rows.ts'
import type { Page, Store } from './store.ts'

/** The most audit records that are kept; the oldest go first. */
export const MAX_AUDIT_RECORDS = 1_000_000
const KEY_BYTES = 32
const NEWEST = Number.MAX_SAFE_INTEGER

/** The store on SQLite. */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #tokenKey: string
  #current: Publication | null
  #board: Switchboard
  #tokens: readonly TokenRecord[]

  /**
   * Opens the store of a state folder, or makes it.
   * @param stateDir a folder, or `:memory:`
   * @throws EdgeError STATE_UNWRITABLE or CONFIG_UNREADABLE, with a `reason` in its detail
   */
  constructor(stateDir: string, random: Random) {
    this.#database = openDatabase(stateDir)
    try {
      this.#tokenKey = this.#keyOfTokens(random)
      const row = this.#get('SELECT * FROM revisions ORDER BY revision DESC LIMIT 1')
      this.#current = row ? publicationOf(row) : null
      const board = this.#get('SELECT document FROM switchboard')
      this.#board = board ? documentOf(SwitchboardSchema, board.document, 'switchboard') : EMPTY_SWITCHBOARD
      this.#tokens = this.#all('SELECT * FROM tokens ORDER BY name').map(tokenOf)
    } catch (cause) {
      this.#database.close()
      throw cause
    }
  }

  current(): Publication | null {
    return this.#current
  }

  revision(number: number): Publication | null {
    const row = this.#get('SELECT * FROM revisions WHERE revision = ?', number)
    return row ? publicationOf(row) : null
  }

  revisions({ limit, before = NEWEST }: Page): RevisionSummary[] {
    const columns = 'revision, digest, published_at_ms, author, note'
    return this.#all(`SELECT ${columns} FROM revisions WHERE revision < ? ORDER BY revision DESC LIMIT ?`, before, limit).map(summaryOfRow)
  }

  publish(publication: Publication, from: 'draft' | 'site', audit: AuditEntry): void {
    const { revision, digest, publishedAtMs, author, note, site } = publication
    this.#write(audit, () => {
      this.#run('INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?)', revision, digest, publishedAtMs, author, note, JSON.stringify(site))
      if (from === 'draft') this.#run('UPDATE draft SET site = NULL')
    })
    this.#current = publication
  }

  draft(): Draft | null {
    const row = this.#get('SELECT * FROM draft WHERE site IS NOT NULL')
    return row ? draftOf(row) : null
  }

  saveDraft(draft: Omit<Draft, 'version'>, audit: AuditEntry): Draft {
    const version = Number(this.#get('SELECT version FROM draft')?.version ?? 0) + 1
    const { base, author, savedAtMs, site } = draft
    this.#write(audit, () => {
      this.#run('INSERT OR REPLACE INTO draft VALUES (1, ?, ?, ?, ?, ?)', version, base, author, savedAtMs, JSON.stringify(site))
    })
    return { ...draft, version }
  }

  dropDraft(audit: AuditEntry): void {
    this.#write(audit, () => this.#run('UPDATE draft SET site = NULL'))
  }

  switchboard(): Switchboard {
    return this.#board
  }

  saveSwitchboard(board: Switchboard, audit: AuditEntry): void {
    this.#write(audit, () => this.#run('INSERT OR REPLACE INTO switchboard VALUES (1, ?)', JSON.stringify(board)))
    this.#board = board
  }

  endpoints(): Endpoints {
    const row = this.#get('SELECT document FROM endpoints')
    return row ? documentOf(EndpointsSchema, row.document, 'list of endpoints') : EMPTY_ENDPOINTS
  }

  saveEndpoints(endpoints: Endpoints): void {
    this.#write(null, () => this.#run('INSERT OR REPLACE INTO endpoints VALUES (1, ?)', JSON.stringify(endpoints)))
  }

  tokenKey(): string {
    return this.#tokenKey
  }

  tokens(): readonly TokenRecord[] {
    return this.#tokens
  }

  addToken(token: TokenRecord, audit: AuditEntry): void {
    const { id, name, role, digest, createdAtMs } = token
    this.#write(audit, () => this.#run('INSERT INTO tokens VALUES (?, ?, ?, ?, ?)', id, name, role, digest, createdAtMs))
    this.#tokens = [...this.#tokens, token]
  }

  dropToken(id: string, audit: AuditEntry): void {
    this.#write(audit, () => this.#run('DELETE FROM tokens WHERE id = ?', id))
    this.#tokens = this.#tokens.filter((token) => token.id !== id)
  }

  audit({ limit, before = NEWEST }: Page): AuditRecord[] {
    return this.#all('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?', before, limit).map(auditOf)
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #keyOfTokens(random: Random): string {
    const kept = this.#get("SELECT value FROM meta WHERE name = 'token-key'")
    if (kept) return String(kept.value)
    const key = random.hex(KEY_BYTES)
    this.#write(null, () => this.#run("INSERT INTO meta VALUES ('token-key', ?)", key))
    return key
  }

  /** Runs `change` and the audit of it as one: both are on disk afterwards, or neither. */
  #write(audit: AuditEntry | null, change: () => void): void {
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
    this.#run(`INSERT INTO audit (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, ...values)
    this.#run('DELETE FROM audit WHERE id <= last_insert_rowid() - ?', MAX_AUDIT_RECORDS)
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#statement(sql).run(...values)
  }

  #get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    try {
      return this.#statement(sql).get(...values)
    } catch (cause) {
      throw readingFault(cause)
    }
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
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
