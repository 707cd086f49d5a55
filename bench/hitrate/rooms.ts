import type { Trace } from './trace.ts'

/** A room to replay a trace with. */
export interface Room {
  /** As the table calls it: entries, or a share of all bytes. */
  readonly label: string
  /** In the unit of the trace's sizes. */
  readonly size: number
}

// Sizes that the figures of others are known for, in entries.
const KNOWN: Readonly<Record<string, readonly number[]>> = {
  web07: [205, 1_024, 4_097],
  oltp: [1_000, 2_000, 5_000],
  'orm-busy-2m': [607, 3_037],
  'p3-1m': [69_004],
  'lirs-loop': [500],
  'lirs-multi3': [1_491],
  'lirs-sprite': [354],
}
const SHARES = [0.01, 0.05, 0.1]
const MIN_ENTRIES = 50

/** The rooms for a trace: those that are known for it, else 1, 5 and 10 % of all that it asks for, 50 entries at least. */
export function roomsFor(trace: Trace): readonly Room[] {
  const known = KNOWN[trace.name]
  if (known !== undefined && !trace.isSized) return known.map((size) => ({ label: `${size}`, size }))
  const least = trace.isSized ? 1 : MIN_ENTRIES
  const rooms = SHARES.map((share) => {
    const size = Math.max(least, Math.floor(trace.footprint * share))
    return { label: trace.isSized ? `${share * 100} %` : `${size}`, size }
  })
  return rooms.filter((room, i) => room.size !== rooms[i - 1]?.size)
}
