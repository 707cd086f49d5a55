// Reads a document of the repository as what its `$schema` line says it is.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../../edge/contract/problem.ts'
import { readBootstrap, readSite } from '../../edge/contract/read-site.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The text of a file, its path taken from the root of the repository. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The kind of document that the first line names in its `$schema`, or null. */
export function namedKind(text: string): string | null {
  return /^# yaml-language-server: \$schema=\S*\/?schema\/([a-z-]+)\.json\n/.exec(text)?.[1] ?? null
}

/** The problems of a document; a text without a `$schema` line is a site. */
export function problemsOf(text: string): readonly Problem[] {
  const kind = namedKind(text) ?? 'site'
  if (kind !== 'site' && kind !== 'edge' && kind !== 'control' && kind !== 'up') throw new Error(`no such kind of document: ${kind}`)
  const reading = kind === 'site' ? readSite(text) : readBootstrap(kind, text)
  return reading.ok ? [] : reading.problems
}
