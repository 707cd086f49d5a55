// The answer of an entry in memory that stands ready: its fields with Age and Cache-Status, and its body, for all who ask in the same second.
//
// Most of what a memory hit costs is waiting for memory that is in no cache of the processor. While an answer stands ready, nothing but that
// need be looked at: when it was made, it was also found out until when its entry is certainly fresh.

import type { BytesBody } from '../http/body.ts'
import type { SharedLines } from '../http/shared-lines.ts'
import { type Entry, NEVER_JUDGED } from './entry.ts'
import { currentAgeMs, remainingMs } from './freshness.ts'
import { refreshSpanMs } from './refreshes.ts'

/** An answer that stands ready. */
export interface Ready {
  /** Whose it is. A copy of that entry with something changed has it too, and must not use it. */
  readonly of: Entry
  /** From then on its fields are true, wall clock; for so long, inclusive. */
  readonly fromMs: number
  readonly forMs: number
  /** For so long its entry is fresh, may be used unasked, and is not to be fetched anew yet; below 0 never. */
  readonly sureForMs: number
  readonly lines: SharedLines
  /** Null when it is not sent in one piece. */
  readonly body: BytesBody | null
  readonly status: number
  /** See `Entry.judged`, as it was then. */
  readonly judged: number
}

/** Whether an entry is known to be fresh, and nothing is to be done about it yet. @param nowMs wall clock */
export function isReady(entry: Entry, nowMs: number): boolean {
  const { ready } = entry
  return ready != null && ready.of === entry && isSure(ready, nowMs)
}

/** Whether its entry is known to be fresh, and nothing is to be done about it yet. @param nowMs wall clock */
export function isSure(ready: Ready, nowMs: number): boolean {
  return isWithin(nowMs - ready.fromMs, ready.sureForMs)
}

/** The answer that stands ready, whether or not the entry is fresh; null when there is none. */
export function readyOf(entry: Entry, nowMs: number): Ready | null {
  const { ready } = entry
  return ready != null && ready.of === entry && isWithin(nowMs - ready.fromMs, ready.forMs) ? ready : null
}

// A clock that was set back is before all that stands ready.
function isWithin(sinceMs: number, forMs: number): boolean {
  return sinceMs >= 0 && sinceMs <= forMs
}

/** Lets an answer stand ready. @param answer its lines with the Age and the Cache-Status of this moment */
export function makeReady(entry: Entry, answer: Pick<Ready, 'lines' | 'body'>, nowMs: number): Ready {
  const leftMs = remainingMs(entry, nowMs)
  const sameAgeMs = Math.ceil(1_000 - (currentAgeMs(entry, nowMs) % 1_000)) - 1
  const sameTtlMs = Math.floor(leftMs - 1_000 * Math.floor(leftMs / 1_000))
  const forMs = Math.min(sameAgeMs, sameTtlMs)
  const sureForMs = entry.noCache ? -1 : Math.max(-1, Math.min(forMs, Math.ceil(leftMs - refreshSpanMs(entry)) - 1))
  const { lines, body } = answer
  const { status, judged = NEVER_JUDGED } = entry
  const ready = { of: entry, fromMs: nowMs, forMs, sureForMs, judged, status, lines, body }
  entry.ready = ready
  return ready
}

/** Whether an entry is fresh. @param nowMs wall clock */
export function isFresh(entry: Entry, nowMs: number): boolean {
  return isReady(entry, nowMs) || remainingMs(entry, nowMs) > 0
}
