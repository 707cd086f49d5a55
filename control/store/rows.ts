// From rows to what they mean. The database may have been written by hand or by a failing disk, so that nothing is taken on trust:
// a document that is not what its schema says is a fault, not a value.

import type { SQLOutputValue } from 'node:sqlite'
import type { Static, TSchema } from 'typebox'
import { EdgeError } from '../../edge/base/edge-error.ts'
import { digestOf } from '../../edge/contract/canonical-json.ts'
import { type Publication, PublicationSchema } from '../../edge/contract/publication.ts'
import { PurgeOrderSchema } from '../../edge/contract/purge.ts'
import { validate } from '../../edge/contract/validate.ts'
import { ROLES, type Role } from '../domain/access.ts'
import type { AuditAction, AuditRecord } from '../domain/audit.ts'
import type { LoggedPurge, PurgeRepeat } from '../domain/purge-log.ts'
import type { Draft, RevisionSummary } from '../domain/revision.ts'
import type { TokenRecord } from '../domain/token.ts'
import { readingFault } from './open-database.ts'

/** A row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>

/** The document in a column, held against its schema. @throws EdgeError CONFIG_UNREADABLE */
export function documentOf<S extends TSchema>(schema: S, text: unknown, what: string): Static<S> {
  return checked(schema, jsonOf(text), what)
}

/**
 * A revision with its site. One that an older version wrote gets the settings that are new since at their defaults, and with them the
 * digest of what it says now: edges refuse a site that is not what its digest says.
 * @throws EdgeError CONFIG_UNREADABLE
 */
export function publicationOf(row: Row): Publication {
  const kept = jsonOf(row.site)
  const read = checked(PublicationSchema, { ...summaryOfRow(row), site: kept }, `revision ${row.revision}`)
  // A digest that never was that of its site is left alone, so that it is found out.
  return digestOf(kept) === read.digest ? { ...read, digest: digestOf(read.site) } : read
}

/** A revision without its site. */
export function summaryOfRow(row: Row): RevisionSummary {
  return {
    revision: Number(row.revision),
    digest: String(row.digest),
    publishedAtMs: Number(row.published_at_ms),
    author: String(row.author),
    note: String(row.note),
  }
}

/** A draft. @throws EdgeError CONFIG_UNREADABLE */
export function draftOf(row: Row): Draft {
  return {
    version: Number(row.version),
    base: Number(row.base),
    author: String(row.author),
    savedAtMs: Number(row.saved_at_ms),
    site: jsonOf(row.site),
  }
}

/** A token. @throws EdgeError CONFIG_UNREADABLE when its role is none */
export function tokenOf(row: Row): TokenRecord {
  const role = String(row.role)
  if (!(ROLES as readonly string[]).includes(role)) throw readingFault(`the token ${row.id} has the role ${role}, which is none`)
  return {
    id: String(row.id),
    name: String(row.name),
    role: role as Role,
    digest: String(row.digest),
    createdAtMs: Number(row.created_at_ms),
  }
}

/** An audit record. @throws EdgeError CONFIG_UNREADABLE */
export function auditOf(row: Row): AuditRecord {
  return {
    id: Number(row.id),
    atMs: Number(row.at_ms),
    actor: String(row.actor),
    address: String(row.address),
    requestId: String(row.request_id),
    action: String(row.action) as AuditAction,
    subject: String(row.subject),
    reason: String(row.reason),
    change: jsonOf(row.change) as AuditRecord['change'],
  }
}

/** A purge of the log. @throws EdgeError CONFIG_UNREADABLE */
export function purgeOf(row: Row): LoggedPurge {
  return {
    seq: Number(row.seq),
    order: documentOf(PurgeOrderSchema, row.document, `purge ${row.seq}`),
    atMs: Number(row.at_ms),
    owner: String(row.owner),
    reason: String(row.reason),
    key: String(row.key),
  }
}

/** A purge that is due once more. @throws EdgeError CONFIG_UNREADABLE */
export function repeatOf(row: Row): PurgeRepeat {
  return {
    of: Number(row.of),
    dueAtMs: Number(row.due_at_ms),
    order: documentOf(PurgeOrderSchema, row.document, `repeat of purge ${row.of}`),
    owner: String(row.owner),
    reason: String(row.reason),
  }
}

function checked<S extends TSchema>(schema: S, value: unknown, what: string): Static<S> {
  const read = validate(schema, value)
  if (read.ok) return read.value
  const [problem] = read.problems
  throw new EdgeError('CONFIG_UNREADABLE', {
    reason: `the ${what} kept in the database is not valid: ${problem?.pointer} ${problem?.message}`,
  })
}

function jsonOf(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch (cause) {
    throw readingFault(cause)
  }
}
