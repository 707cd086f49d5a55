import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scope } from './scope.ts'

/** Absolute path of a fresh empty folder, removed with all it holds when the test ends. */
export function tempDir(t: Scope): string {
  const path = mkdtempSync(join(tmpdir(), 'weir-test-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}
