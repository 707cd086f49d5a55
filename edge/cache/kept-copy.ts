// An entry as data that can cross from one thread to another. The body is in shared memory then, so that all workers of an edge hold
// one copy of it; only the small parts around it are copied.

import { Fields } from '../http/fields.ts'
import { type Entry, NEVER_JUDGED } from './entry.ts'

/** An entry as plain data. */
export interface KeptCopy extends Omit<Entry, 'fields' | 'sendable' | 'ready' | 'judged'> {
  readonly rawFields: readonly string[]
}

/** The entry with its body in shared memory; one whose body is there already is given back as it is. */
export function inSharedMemory(entry: Entry): Entry {
  if (entry.body.buffer instanceof SharedArrayBuffer || entry.body.byteLength === 0) return entry
  const body = new Uint8Array(new SharedArrayBuffer(entry.body.byteLength))
  body.set(entry.body)
  return { ...entry, body }
}

/** What crosses to another thread. */
export function keptCopy(entry: Entry): KeptCopy {
  const { fields, sendable: _sendable, ready: _ready, judged: _judged, ...rest } = entry
  return { ...rest, rawFields: fields.toRaw() }
}

/** The entry again, on the other side. */
export function entryOf(copy: KeptCopy): Entry {
  const { rawFields, ...rest } = copy
  return { ready: null, judged: NEVER_JUDGED, ...rest, fields: Fields.fromRaw(rawFields) }
}
