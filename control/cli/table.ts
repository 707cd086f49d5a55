// Tables for terminals: columns as wide as their widest cell, and no line longer than the terminal is wide.

const GAP = '  '
const LEAST_WIDTH = 6

/**
 * Lines of a table under its headings, at most `columns` characters each. The widest columns give way first; what does not fit
 * ends in `…`. Control characters are shown as spaces, since cells come from anyone who can name a switch.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], columns: number): string[] {
  const cells = [headings, ...rows].map((row) => headings.map((_, index) => printable(row[index] ?? '')))
  const widths = fitted(
    headings.map((_, index) => Math.max(...cells.map((row) => row[index]!.length))),
    columns - GAP.length * (headings.length - 1),
  )
  return cells.map((row) =>
    row
      .map((cell, index) => cut(cell, widths[index]!).padEnd(widths[index]!))
      .join(GAP)
      .trimEnd(),
  )
}

/** A text of one line without control characters. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ')
}

function fitted(widths: readonly number[], room: number): number[] {
  const fits = [...widths]
  let excess = fits.reduce((sum, width) => sum + width, 0) - room
  while (excess > 0) {
    const widest = fits.indexOf(Math.max(...fits))
    if (fits[widest]! <= LEAST_WIDTH) break
    fits[widest]!--
    excess--
  }
  return fits
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
