// From what somebody sent to a change of rows, or why it is none. Other messages of the same sources (DDL, queries) are no faults:
// they say nothing of single rows, and there is nothing to purge for them.

import { type RowChange, RowChangeSchema } from '../../edge/contract/changes.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import { isMapValue } from '../../edge/contract/shape.ts'
import { validate } from '../../edge/contract/validate.ts'

/** What came of reading one change. */
export type ChangeReading =
  | { readonly kind: 'change'; readonly change: RowChange }
  | { readonly kind: 'other' }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

/** What came of reading a text with one change or a list of them. */
export type ChangesReading = { readonly ok: true; readonly items: readonly unknown[] } | { readonly ok: false; readonly message: string }

/** The most changes in one batch. */
export const MAX_CHANGES = 1_000
const ROW_TYPES = new Set(['INSERT', 'UPDATE', 'DELETE'])
/** Members that sources send as null where there is nothing to say. */
const NULLABLE = ['old', 'pkNames', 'version', 'es', 'ts']

/** The changes in a JSON text. Never throws. */
export function readChanges(text: string): ChangesReading {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, message: 'is not JSON' }
  }
  return listOf(value)
}

/** One change, or a list of up to 1,000, as a list. */
export function listOf(value: unknown): ChangesReading {
  if (isMapValue(value)) return { ok: true, items: [value] }
  if (!Array.isArray(value)) return { ok: false, message: 'must be a change, or a list of changes' }
  if (value.length > MAX_CHANGES) return { ok: false, message: `must be at most ${MAX_CHANGES} changes; it is ${value.length}` }
  return { ok: true, items: value }
}

/** Reads one change. The value may be anything; never throws. */
export function readChange(value: unknown): ChangeReading {
  if (!isMapValue(value)) return { kind: 'invalid', problems: [{ pointer: '', message: 'must be a change: an object' }] }
  if (isOther(value)) return { kind: 'other' }
  const said = Object.fromEntries(Object.entries(value).filter(([name, member]) => member !== null || !NULLABLE.includes(name)))
  const read = validate(RowChangeSchema, said)
  if (!read.ok) return { kind: 'invalid', problems: read.problems }
  const { old, data } = read.value
  if (old.length > data.length) {
    return {
      kind: 'invalid',
      problems: [{ pointer: '/old', message: `must have no more rows than data; it has ${old.length}, data ${data.length}` }],
    }
  }
  return { kind: 'change', change: read.value }
}

function isOther({ type, isDdl }: Readonly<Record<string, unknown>>): boolean {
  if (isDdl === true) return true
  return typeof type === 'string' && /^[A-Z]{2,32}$/.test(type) && !ROW_TYPES.has(type)
}
