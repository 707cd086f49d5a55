// Opens the database of the control plane: private to its user, checked, and brought to the version of this program.

import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EdgeError } from '../../edge/base/edge-error.ts'
import { MIGRATIONS } from './schema.ts'

/** A database that lives as long as it is open, for tests. */
export const IN_MEMORY = ':memory:'

/**
 * Opens the database of a state folder, or makes it: folder 0700, file 0600.
 * @param stateDir a folder, or `:memory:`
 * @throws EdgeError STATE_UNWRITABLE when the folder or file cannot be made, written or had alone; CONFIG_UNREADABLE when what is there is not ours
 */
export function openDatabase(stateDir: string): DatabaseSync {
  const path = stateDir === IN_MEMORY ? IN_MEMORY : privateFile(stateDir)
  const database = openFile(path)
  try {
    prepare(database)
    migrate(database, path)
    return database
  } catch (cause) {
    database.close()
    throw openingFault(path, cause)
  }
}

/** The fault of a write that failed: a full disk, a folder that went away. */
export function writingFault(cause: unknown): EdgeError {
  return new EdgeError('STATE_UNWRITABLE', { reason: `the database could not be written: ${messageOf(cause)}` }, cause)
}

/** The fault of a row that cannot be read. */
export function readingFault(cause: unknown): EdgeError {
  return new EdgeError('CONFIG_UNREADABLE', { reason: `the database could not be read: ${messageOf(cause)}` }, cause)
}

function privateFile(stateDir: string): string {
  const path = join(stateDir, 'control.db')
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 })
    chmodSync(stateDir, 0o700)
    // Made before SQLite opens it, so that at no moment it is there for others to read; its -wal and -shm take its mode.
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
    return path
  } catch (cause) {
    throw new EdgeError('STATE_UNWRITABLE', { path, reason: `the state folder cannot be used: ${messageOf(cause)}` }, cause)
  }
}

function openFile(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 0 })
  } catch (cause) {
    throw openingFault(path, cause)
  }
}

function prepare(database: DatabaseSync): void {
  // One control plane per folder: two of them would each count revisions and know nothing of the other.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;')
  // In this mode the lock is taken by the first transaction; this one takes it at once.
  database.exec('BEGIN IMMEDIATE; COMMIT;')
  const found = database.prepare('PRAGMA quick_check(1)').get()
  if (found?.quick_check !== 'ok') {
    throw new EdgeError('CONFIG_UNREADABLE', { reason: `the database is damaged: ${String(found?.quick_check).slice(0, 200)}` })
  }
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version > MIGRATIONS.length) {
    const reason = `the database was made by a newer Weir (version ${version}, this one knows ${MIGRATIONS.length}); start that one`
    throw new EdgeError('CONFIG_UNREADABLE', { path, reason })
  }
  for (const [step, sql] of MIGRATIONS.entries()) {
    if (step >= version) database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${step + 1}; COMMIT;`)
  }
}

// Result codes of SQLite (https://www.sqlite.org/rescode.html); extended codes carry them in their low byte.
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

function openingFault(path: string, cause: unknown): EdgeError {
  if (cause instanceof EdgeError) return cause
  const code = Number((cause as { errcode?: unknown }).errcode) & 0xff
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED) {
    return new EdgeError(
      'STATE_UNWRITABLE',
      { path, reason: 'another control plane uses this state folder; stop it, or give this one its own' },
      cause,
    )
  }
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    const reason = `the database is damaged (${messageOf(cause)}); put a copy of it back, or move it away to begin anew`
    return new EdgeError('CONFIG_UNREADABLE', { path, reason }, cause)
  }
  return new EdgeError('STATE_UNWRITABLE', { path, reason: `the database could not be opened: ${messageOf(cause)}` }, cause)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
