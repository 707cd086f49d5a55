// The store on SQLite, embedded: one file, one process. What is asked often (the revision that stands, the switchboard, the tokens)
// is kept in memory beside it, and replaced only after the disk has it.

import Type from 'typebox'
import type { Random } from '../../edge/base/ports.ts'
import { EMPTY_ENDPOINTS, type Endpoints, EndpointsSchema, type Publication } from '../../edge/contract/publication.ts'
import { EMPTY_SWITCHBOARD, type Switchboard, SwitchboardSchema } from '../../edge/contract/switchboard.ts'
import type { AuditEntry, AuditRecord } from '../domain/audit.ts'
import type { Draft, RevisionSummary } from '../domain/revision.ts'
import { type Shift, ShiftsSchema } from '../domain/shift.ts'
import type { TokenRecord } from '../domain/token.ts'
import { openDatabase } from './open-database.ts'
import { auditOf, documentOf, draftOf, publicationOf, summaryOfRow, tokenOf } from './rows.ts'
import { Sql } from './sql.ts'
import { SqlitePurges } from './sqlite-purges.ts'
import type { Page, Store } from './store.ts'

const RefusalsSchema = Type.Array(Type.String({ maxLength: 2_048 }), { maxItems: 1_000 })
const KEY_BYTES = 32
const NEWEST = Number.MAX_SAFE_INTEGER

/** The store on SQLite. */
export class SqliteStore implements Store {
  readonly purges: SqlitePurges
  readonly #sql: Sql
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
    const database = openDatabase(stateDir)
    this.#sql = new Sql(database)
    try {
      this.purges = new SqlitePurges(this.#sql)
      this.#tokenKey = this.#keyOfTokens(random)
      const row = this.#sql.get('SELECT * FROM revisions ORDER BY revision DESC LIMIT 1')
      this.#current = row ? publicationOf(row) : null
      const board = this.#sql.get('SELECT document FROM switchboard')
      this.#board = board ? documentOf(SwitchboardSchema, board.document, 'switchboard') : EMPTY_SWITCHBOARD
      this.#tokens = this.#sql.all('SELECT * FROM tokens ORDER BY name').map(tokenOf)
    } catch (cause) {
      database.close()
      throw cause
    }
  }

  current(): Publication | null {
    return this.#current
  }

  revision(number: number): Publication | null {
    const row = this.#sql.get('SELECT * FROM revisions WHERE revision = ?', number)
    return row ? publicationOf(row) : null
  }

  revisions({ limit, before = NEWEST }: Page): RevisionSummary[] {
    const columns = 'revision, digest, published_at_ms, author, note'
    return this.#sql
      .all(`SELECT ${columns} FROM revisions WHERE revision < ? ORDER BY revision DESC LIMIT ?`, before, limit)
      .map(summaryOfRow)
  }

  publish(publication: Publication, from: 'draft' | 'site', audit: AuditEntry): void {
    const { revision, digest, publishedAtMs, author, note, site } = publication
    this.#sql.write(audit, () => {
      this.#sql.run('INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?)', revision, digest, publishedAtMs, author, note, JSON.stringify(site))
      if (from === 'draft') this.#sql.run('UPDATE draft SET site = NULL')
    })
    this.#current = publication
  }

  draft(): Draft | null {
    const row = this.#sql.get('SELECT * FROM draft WHERE site IS NOT NULL')
    return row ? draftOf(row) : null
  }

  saveDraft(draft: Omit<Draft, 'version'>, audit: AuditEntry): Draft {
    const version = Number(this.#sql.get('SELECT version FROM draft')?.version ?? 0) + 1
    const { base, author, savedAtMs, site } = draft
    this.#sql.write(audit, () => {
      this.#sql.run('INSERT OR REPLACE INTO draft VALUES (1, ?, ?, ?, ?, ?)', version, base, author, savedAtMs, JSON.stringify(site))
    })
    return { ...draft, version }
  }

  dropDraft(audit: AuditEntry): void {
    this.#sql.write(audit, () => this.#sql.run('UPDATE draft SET site = NULL'))
  }

  switchboard(): Switchboard {
    return this.#board
  }

  saveSwitchboard(board: Switchboard, audit: AuditEntry): void {
    this.#sql.write(audit, () => this.#sql.run('INSERT OR REPLACE INTO switchboard VALUES (1, ?)', JSON.stringify(board)))
    this.#board = board
  }

  shifts(): readonly Shift[] {
    const kept = this.#sql.get("SELECT value FROM meta WHERE name = 'shifts'")
    return kept ? documentOf(ShiftsSchema, kept.value, 'list of shifts') : []
  }

  saveShifts(shifts: readonly Shift[], board: Switchboard, audit: AuditEntry): void {
    this.#sql.write(audit, () => {
      this.#sql.run("INSERT OR REPLACE INTO meta VALUES ('shifts', ?)", JSON.stringify(shifts))
      this.#sql.run('INSERT OR REPLACE INTO switchboard VALUES (1, ?)', JSON.stringify(board))
    })
    this.#board = board
  }

  endpoints(): Endpoints {
    const row = this.#sql.get('SELECT document FROM endpoints')
    return row ? documentOf(EndpointsSchema, row.document, 'list of endpoints') : EMPTY_ENDPOINTS
  }

  saveEndpoints(endpoints: Endpoints): void {
    this.#sql.write(null, () => this.#sql.run('INSERT OR REPLACE INTO endpoints VALUES (1, ?)', JSON.stringify(endpoints)))
  }

  refusals(): readonly string[] {
    const row = this.#sql.get("SELECT value FROM meta WHERE name = 'refusals'")
    return row ? documentOf(RefusalsSchema, row.value, 'list of refusals') : []
  }

  saveRefusals(services: readonly string[], audit: AuditEntry | null): void {
    this.#sql.write(audit, () => this.#sql.run("INSERT OR REPLACE INTO meta VALUES ('refusals', ?)", JSON.stringify(services)))
  }

  tokenKey(): string {
    return this.#tokenKey
  }

  tokens(): readonly TokenRecord[] {
    return this.#tokens
  }

  addToken(token: TokenRecord, audit: AuditEntry): void {
    const { id, name, role, digest, createdAtMs } = token
    this.#sql.write(audit, () => this.#sql.run('INSERT INTO tokens VALUES (?, ?, ?, ?, ?)', id, name, role, digest, createdAtMs))
    this.#tokens = [...this.#tokens, token]
  }

  dropToken(id: string, audit: AuditEntry): void {
    this.#sql.write(audit, () => this.#sql.run('DELETE FROM tokens WHERE id = ?', id))
    this.#tokens = this.#tokens.filter((token) => token.id !== id)
  }

  audit({ limit, before = NEWEST }: Page): AuditRecord[] {
    return this.#sql.all('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?', before, limit).map(auditOf)
  }

  close(): void {
    this.#sql.close()
  }

  #keyOfTokens(random: Random): string {
    const kept = this.#sql.get("SELECT value FROM meta WHERE name = 'token-key'")
    if (kept) return String(kept.value)
    const key = random.hex(KEY_BYTES)
    this.#sql.write(null, () => this.#sql.run("INSERT INTO meta VALUES ('token-key', ?)", key))
    return key
  }
}
