// From a change to the purges it asks for: each rule of its table, for each row, as the row was and as it is now.

import { digestOf } from '../../edge/contract/canonical-json.ts'
import { MAX_VERSION_LENGTH, type RowChange } from '../../edge/contract/changes.ts'
import { type Problem, pointerMember } from '../../edge/contract/problem.ts'
import type { PurgeOrder } from '../../edge/contract/purge.ts'
import type { ChangeRules, ReadyRule } from './change-rules.ts'
import { columnText, fillTemplate, type Row } from './fill-template.ts'
import type { RowVersion } from './version-marks.ts'

/** One row under one rule. */
export interface RowPlan {
  readonly rule: string
  /** By its digest, what is purged. */
  readonly orders: ReadonlyMap<string, PurgeOrder>
  /** For the marks; null when the change has no version, so that it always purges. */
  readonly version: RowVersion | null
}

/** What a change asks for, or why it cannot be said. A change is taken whole or not at all. */
export type ChangePlan = { readonly kind: 'planned'; readonly rows: readonly RowPlan[] } | { readonly kind: 'no-rule' } | Refused

interface Refused {
  readonly kind: 'invalid'
  readonly rule: string
  readonly problems: readonly Problem[]
}

/** Digests are cut to this many hexadecimal digits: 80 bits, for things of one row. */
const DIGEST_LENGTH = 20
const VERSION = new RegExp(`^[\\x20-\\x7e]{1,${MAX_VERSION_LENGTH}}$`)

/** The most purges that one change may make. */
export const MAX_ORDERS = 10_000

/** Plans one change. O(rules of its table × rows × templates), at most 10,000 purges; never throws. */
export function planChange(change: RowChange, rules: ChangeRules): ChangePlan {
  const taken = rules.of(change.database, change.table)
  if (taken.length === 0) return { kind: 'no-rule' }
  try {
    return planRows(change, taken)
  } catch (cause) {
    // Deep nesting and numbers beyond all bounds (1e999) are JSON, but nothing that could be told from another.
    if (!(cause instanceof RangeError)) throw cause
    return refused(taken[0]!.id, { pointer: '/data', message: 'has a value that is nested too deeply or a number that is too large' })
  }
}

function planRows(change: RowChange, taken: readonly ReadyRule[]): ChangePlan {
  const rows: RowPlan[] = []
  let orders = 0
  for (const ready of taken) {
    for (const index of change.data.keys()) {
      const planned = planRow(change, index, ready)
      if (planned.kind === 'invalid') return planned
      orders += planned.row.orders.size
      if (orders > MAX_ORDERS) {
        return refused(ready.id, { pointer: '/data', message: `makes more than ${MAX_ORDERS} purges; send fewer rows in one change` })
      }
      rows.push(planned.row)
    }
  }
  return { kind: 'planned', rows }
}

type PlannedRow = { readonly kind: 'row'; readonly row: RowPlan } | Refused

function planRow(change: RowChange, index: number, ready: ReadyRule): PlannedRow {
  const { id, rule } = ready
  const row = change.data[index]!
  const before = change.old[index]
  // `old` has only what changed; the rest of the row is as it is now. Entries, since a column may be called __proto__.
  const faces: Row[] = before ? [row, Object.fromEntries([...Object.entries(row), ...Object.entries(before)])] : [row]
  const orders = new Map<string, PurgeOrder>()
  for (const purge of ready.purges) {
    for (const face of faces) {
      const filled = fillTemplate(purge.by, purge.parts, face)
      if (filled.kind === 'wrong')
        return refused(id, { pointer: `/data/${index}/${pointerMember(filled.column)}`, message: filled.message })
      if (filled.kind === 'skip') continue
      const order = { by: purge.by, [purge.by]: filled.text, mode: rule.mode, againAfterMs: rule.againAfterMs } as PurgeOrder
      orders.set(shortDigest(order), order)
    }
  }
  return { kind: 'row', row: { rule: id, orders, version: versionOf(change, index, ready, [...orders.keys()]) } }
}

function refused(rule: string, problem: Problem): Refused {
  return { kind: 'invalid', rule, problems: [{ ...problem, message: `${problem.message} (rule ${rule})` }] }
}

function versionOf(change: RowChange, index: number, { id, rule }: ReadyRule, purges: readonly string[]): RowVersion | null {
  const row = change.data[index]!
  const version = versionText(change, row, rule.versionFrom)
  const columns = change.pkNames.length > 0 ? change.pkNames : rule.key
  const key = columns.map((column) => columnText(row, column))
  // Without its key a row cannot be told from others, whose older versions must not stand in its way.
  if (version === null || key.some(({ kind }) => kind !== 'text')) return null
  const { data: _, old, ...rest } = change
  return {
    row: shortDigest([id, change.database, change.table, key], 2 * DIGEST_LENGTH),
    version,
    digest: shortDigest([rest, row, old[index] ?? null]),
    rememberMs: rule.rememberMs,
    purges,
  }
}

function versionText(change: RowChange, row: Row, column: string | undefined): string | null {
  if (column === undefined) {
    const said = change.version ?? change.es
    return said === undefined || !VERSION.test(String(said)) ? null : String(said)
  }
  const value = columnText(row, column)
  return value.kind === 'text' && VERSION.test(value.text) ? value.text : null
}

function shortDigest(value: unknown, length = DIGEST_LENGTH): string {
  return digestOf(value).slice(0, length)
}
