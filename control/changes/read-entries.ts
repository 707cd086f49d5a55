// From entries of the stream to changes, and from what became of the changes to what becomes of their entries. Pure.

import type { ChangeStreamConfig } from '../../edge/contract/changes.ts'
import type { ChangeOutcome } from './change-desk.ts'
import type { Burial, StreamEntry } from './change-stream.ts'
import { readChanges } from './read-change.ts'

/** An entry and the changes in it. */
export interface ReadableEntry {
  readonly entry: StreamEntry
  readonly items: readonly unknown[]
  /** How often it was delivered, this time included. */
  readonly tries: number
}

/** Entries that can be read, and those that cannot or were tried too often. */
export interface ReadEntries {
  readonly readable: readonly ReadableEntry[]
  readonly burials: readonly Burial[]
}

/** The most problems that a dead letter tells. */
const MAX_TOLD = 3

/**
 * Reads entries.
 * @param tries of entries that were delivered before
 * @param faultOf what went wrong with an entry the last time, if that is known
 */
export function readEntries(
  entries: readonly StreamEntry[],
  tries: ReadonlyMap<string, number>,
  { maxTries, maxEntryBytes }: ChangeStreamConfig,
  faultOf: (id: string) => string | undefined,
): ReadEntries {
  const readable: ReadableEntry[] = []
  const burials: Burial[] = []
  for (const entry of entries) {
    const count = tries.get(entry.id) ?? 1
    const bury = (cause: Burial['cause'], reason: string) => burials.push({ entry, cause, reason, tries: count })
    const read = entry.text === null ? null : Buffer.byteLength(entry.text) > maxEntryBytes ? 'long' : readChanges(entry.text)
    if (count > maxTries) bury('tries', `was delivered ${count - 1} times and never done: ${faultOf(entry.id) ?? 'its consumers ended'}`)
    else if (read === null) bury('unreadable', 'has no field "change", and more than one field')
    else if (read === 'long') bury('too-large', `must be at most ${maxEntryBytes} bytes`)
    else if (!read.ok) bury('unreadable', read.message)
    else readable.push({ entry, items: read.items, tries: count })
  }
  return { readable, burials }
}

/** Which entries of a batch are done, and which go to the dead letters. @param outcomes of all their changes, in order */
export function verdictsOn(batch: readonly ReadableEntry[], outcomes: readonly ChangeOutcome[]): { done: string[]; dead: Burial[] } {
  const done: string[] = []
  const dead: Burial[] = []
  let at = 0
  for (const { entry, items, tries } of batch) {
    const mine = outcomes.slice(at, at + items.length)
    at += items.length
    const told = mine.flatMap(
      ({ problems }, index) =>
        problems?.map((problem) => `${items.length > 1 ? `/${index}` : ''}${problem.pointer} ${problem.message}`) ?? [],
    )
    if (told.length === 0) done.push(entry.id)
    else dead.push({ entry, cause: 'invalid', reason: told.slice(0, MAX_TOLD).join('; '), tries })
  }
  return { done, dead }
}
