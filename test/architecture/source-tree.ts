import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

// What tools and runs leave behind; not part of the tree.
const NOT_OURS = new Set(['node_modules', '.git', '.tap', '.weir', 'dist', 'coverage'])

/** A file of this repository. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes, e.g. `edge/limit/gcra.ts`. */
  readonly path: string
  readonly text: string
}

/** Paths of all files below a folder (or the file itself), sorted; `''` is the whole tree, a folder not there yet is empty. */
export function pathsBelow(folder: string): string[] {
  const names = readdirSync(ROOT + folder, { withFileTypes: true, recursive: false, encoding: 'utf8' })
  const prefix = folder === '' ? '' : `${folder}/`
  const paths = names.flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return []
    return entry.isDirectory() ? pathsBelow(prefix + entry.name) : [prefix + entry.name]
  })
  return paths.sort()
}

/** The files below some top folders whose names end so; `.ts` by default. A folder that is not there is empty. */
export function sourceFiles(folders: readonly string[], ending = '.ts'): SourceFile[] {
  const there = new Set(readdirSync(ROOT))
  const paths = folders.filter((folder) => there.has(folder.split('/')[0] as string)).flatMap(pathsBelow)
  return paths.filter((path) => path.endsWith(ending)).map(readSource)
}

/** One file by its path from the root. */
export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(ROOT + path, 'utf8') }
}
