// Counts the tests in the TAP files that tap wrote, for the line at the end of a run. A test is what a file holds directly: a
// named `t.test`, or an assertion outside of any. A file without a single result (it is empty, or ended in the middle of its
// first test) counts as one failure. Run as a program with a folder: prints `N passed, N failed`, ends with 0 when all is well.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a run came to, in tests. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
}

// What is indented are the assertions inside of a test.
const RESULT = /^(?<bad>not )?ok \d+.*?(?<silenced># (?:SKIP|TODO)\b.*)?$/i
const DIAGNOSTIC_START = /^( *)---$/

/** The tests of one file's TAP text; a skipped one proves nothing and counts as failed. */
export function countResults(tap: string): TestCounts {
  const results = resultLines(tap)
    .map((line) => RESULT.exec(line)?.groups)
    .filter((groups) => groups !== undefined)
  if (results.length === 0) return { passed: 0, failed: 1 }
  const failed = results.filter(({ bad, silenced }) => bad !== undefined || silenced !== undefined).length
  return { passed: results.length - failed, failed }
}

/** Lines outside of diagnostics: those are YAML, and may quote lines that look like results. */
function resultLines(tap: string): string[] {
  let end: string | null = null
  return tap.split('\n').filter((line) => {
    if (end !== null) {
      if (line === end) end = null
      return false
    }
    const start = DIAGNOSTIC_START.exec(line)
    if (start) end = `${start[1]}...`
    return !start
  })
}

function main(folder: string): void {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tap'))
  const counts = names.map((name) => countResults(readFileSync(join(folder, name), 'utf8')))
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}

if (import.meta.main) main(process.argv[2] as string)
