import type { Test } from 'tap'
import { MORE, type Scanned, type StartLine } from '../../../edge/wire/scan.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'

/**
 * Scans the line that the text begins with: whole, and checked to come to the same when its bytes come one by one.
 * @returns the line, and the offset behind it, the rule that it breaks, or null when it is not over
 */
export function scanLine<L extends StartLine>(
  t: Test,
  make: () => L,
  text: string,
): { readonly line: L; readonly found: number | string | null } {
  const bytes = Buffer.from(text, 'latin1')
  const line = make()
  const found = told(line.scan(bytes, 0, bytes.length))
  const slow = make()
  let last: Scanned = MORE
  for (let end = 0; end <= bytes.length && last === MORE; end++) last = slow.scan(bytes, 0, end)
  t.equal(told(last), found, `in bytes: ${JSON.stringify(text)}`)
  return { line, found }
}

function told(found: Scanned): number | string | null {
  if (found instanceof WireFault) return found.rule
  return found === MORE ? null : found
}
