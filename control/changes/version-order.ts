// Which of two changes of a row is the newer one. What was purged for a row is remembered as a mark: the highest version seen, and
// the digests of the changes that came with it, since two changes within one second have one date.
//
// The order of versions:
// - both are decimal numbers (`17`, `0017`, `17.250`): as numbers, exactly, however long;
// - neither is: byte by byte, so dates must be written with all their digits (`2026-01-09 08:05:00`);
// - one is and the other is not: the later arrival counts as newer, since a purge too many costs one fetch and one too few is a lie.
//
// `lua/change-newer.lua` is the twin; both are held to test/vectors/change-newer.json.

/** What is remembered of a row and one of its purges. */
export interface Mark {
  readonly version: string
  /** Digests of the changes of that version, oldest first. */
  readonly digests: readonly string[]
}

/** Digests kept for one version; beyond them the oldest is forgotten, and its change would purge again. */
export const MAX_DIGESTS = 16

const NUMBER = /^([0-9]+)(?:\.([0-9]+))?$/

/** How two versions stand: less than 0 when `a` is older, more when newer, 0 for one version; null when they cannot be compared. */
export function compareVersions(a: string, b: string): number | null {
  const [x, y] = [NUMBER.exec(a), NUMBER.exec(b)]
  if (!x !== !y) return null
  if (!x || !y) return compareBytes(a, b)
  const [wholeA, wholeB] = [x[1]!.replace(/^0+/, ''), y[1]!.replace(/^0+/, '')]
  if (wholeA.length !== wholeB.length) return wholeA.length - wholeB.length
  const byWhole = compareBytes(wholeA, wholeB)
  return byWhole !== 0 ? byWhole : compareBytes((x[2] ?? '').replace(/0+$/, ''), (y[2] ?? '').replace(/0+$/, ''))
}

/**
 * The mark after a change, or null when the change is older than the mark or was counted already.
 * @param mark what is remembered; null when nothing is
 */
export function markAfter(mark: Mark | null, version: string, digest: string): Mark | null {
  const order = mark === null ? null : compareVersions(version, mark.version)
  if (mark === null || order === null || order > 0) return { version, digests: [digest] }
  if (order < 0 || mark.digests.includes(digest)) return null
  return { version: mark.version, digests: [...mark.digests, digest].slice(-MAX_DIGESTS) }
}

// Versions are printable ASCII, for which code units and bytes are the same.
function compareBytes(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
