// "Did you mean …?": the known name with the fewest edits to the one that was written, where an edit is a letter
// more, less or other, or two neighbours swapped (optimal string alignment, the restricted Damerau-Levenshtein distance).
// Cost is bounded by the lengths and counts below, because the written name may come from anyone.

const MAX_NAME_LENGTH = 128
const MAX_CANDIDATES = 1_000

/**
 * The known name that was most likely meant, or undefined when none is close.
 * Close is a third of its letters, at least one; letter case is free. Only the first 1,000 names are looked at.
 */
export function nearest(written: string, names: Iterable<string>): string | undefined {
  if (written.length > MAX_NAME_LENGTH) return undefined
  const lower = written.toLowerCase()
  let best: string | undefined
  let bestEdits = Math.max(1, Math.floor(written.length / 3)) + 1
  let looked = 0
  for (const name of names) {
    if (++looked > MAX_CANDIDATES) break
    if (Math.abs(name.length - written.length) >= bestEdits) continue
    const edits = editsBetween(lower, name.toLowerCase())
    if (edits >= bestEdits) continue
    best = name
    bestEdits = edits
  }
  return best
}

/** A question to put behind a refusal, ` did you mean "x"?` with its separator, or nothing. */
export function didYouMean(written: string, names: Iterable<string>): string {
  const name = nearest(written, names)
  return name === undefined ? '' : `; did you mean ${JSON.stringify(name)}?`
}

// One row of the edit table at a time: row[j] is the edits between the first i letters of a and the first j of b.
function editsBetween(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : replaced
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
