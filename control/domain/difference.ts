// The difference between two documents as a list of changes at JSON Pointers (RFC 6901). Maps are compared by key, in sorted
// order. Lists are compared after their common head and tail are set aside, so that one peer put in the middle is one change
// and not a change of every peer behind it. Cost O(n); depth and length are bounded.

import { isDeepStrictEqual } from 'node:util'
import { pointerMember } from '../../edge/contract/problem.ts'
import { isMapValue, type MapValue } from '../../edge/contract/shape.ts'

/** The most changes that are listed. */
export const MAX_CHANGES = 1_000
// Sites are about 6 levels deep. Whatever lies deeper is compared whole, so that depth cannot exhaust the stack.
const MAX_DEPTH = 32

/** One change. A pointer of `remove` is that of the document before, of `add` and `change` that of the document after. */
export type Change =
  | { readonly op: 'add'; readonly pointer: string; readonly after: unknown }
  | { readonly op: 'remove'; readonly pointer: string; readonly before: unknown }
  | { readonly op: 'change'; readonly pointer: string; readonly before: unknown; readonly after: unknown }

/** The changes from one document to another. */
export interface Difference {
  readonly changes: readonly Change[]
  /** `cut` when there are more changes than are listed. */
  readonly extent: 'whole' | 'cut'
}

/** What changed from `before` to `after`, in a stable order. @param max the most changes that are listed */
export function difference(before: unknown, after: unknown, max: number = MAX_CHANGES): Difference {
  const changes: Change[] = []
  compare({ pointer: '', depth: 0 }, before, after, (change) => {
    // One more than is listed: that there are more is all we need to know.
    if (changes.length <= max) changes.push(change)
    return changes.length <= max
  })
  if (changes.length <= max) return { changes, extent: 'whole' }
  return { changes: changes.slice(0, max), extent: 'cut' }
}

type Place = { readonly pointer: string; readonly depth: number }
/** Takes a change; false when no more are wanted. */
type Report = (change: Change) => boolean

/** @returns false when no more changes are wanted */
function compare(at: Place, before: unknown, after: unknown, report: Report): boolean {
  if (at.depth < MAX_DEPTH) {
    if (Array.isArray(before) && Array.isArray(after)) return compareLists(at, before, after, report)
    if (isMapValue(before) && isMapValue(after)) return compareMaps(at, before, after, report)
  }
  if (isDeepStrictEqual(before, after)) return true
  return report({ op: 'change', pointer: at.pointer, before, after })
}

function compareMaps(at: Place, before: MapValue, after: MapValue, report: Report): boolean {
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const place = inside(at, key)
    const goOn = Object.hasOwn(before, key)
      ? Object.hasOwn(after, key)
        ? compare(place, before[key], after[key], report)
        : report({ op: 'remove', pointer: place.pointer, before: before[key] })
      : report({ op: 'add', pointer: place.pointer, after: after[key] })
    if (!goOn) return false
  }
  return true
}

function compareLists(at: Place, before: readonly unknown[], after: readonly unknown[], report: Report): boolean {
  const head = commonLength(before, after, (list, index) => list[index])
  const restOfBefore = before.slice(head)
  const restOfAfter = after.slice(head)
  const tail = commonLength(restOfBefore, restOfAfter, (list, index) => list[list.length - 1 - index])
  const beforeEnd = before.length - tail
  const afterEnd = after.length - tail
  for (let index = head; index < Math.max(beforeEnd, afterEnd); index++) {
    const place = inside(at, String(index))
    const goOn =
      index >= beforeEnd
        ? report({ op: 'add', pointer: place.pointer, after: after[index] })
        : index >= afterEnd
          ? report({ op: 'remove', pointer: place.pointer, before: before[index] })
          : compare(place, before[index], after[index], report)
    if (!goOn) return false
  }
  return true
}

/** How many members, read by `at` from one end, are equal in both lists. */
function commonLength(
  one: readonly unknown[],
  other: readonly unknown[],
  at: (list: readonly unknown[], index: number) => unknown,
): number {
  const most = Math.min(one.length, other.length)
  for (let index = 0; index < most; index++) {
    if (!isDeepStrictEqual(at(one, index), at(other, index))) return index
  }
  return most
}

function inside(at: Place, member: string): Place {
  return { pointer: `${at.pointer}/${pointerMember(member)}`, depth: at.depth + 1 }
}
