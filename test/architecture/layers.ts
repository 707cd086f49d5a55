import { posix } from 'node:path'
import { importsOf } from './source-text.ts'
import type { SourceFile } from './source-tree.ts'

// Who may import whom. Imports point left only, that is to an earlier row; the parts of one row do not see each other.
const EDGE: readonly (readonly string[])[] = [
  ['contract'],
  ['base'],
  ['http', 'wire', 'redis', 'breaker'],
  ['route', 'client', 'degrade', 'limit', 'cache', 'balance', 'health', 'resilience', 'traffic', 'upstream', 'deferred', 'gate', 'mirror'],
  ['config'],
  ['pipeline'],
  ['server', 'edge.ts', 'explain.ts'],
  ['worker.ts', 'main.ts'],
]
const CONTROL: readonly (readonly string[])[] = [
  ['domain'],
  ['store', 'discovery', 'push', 'changes', 'replay'],
  ['api', 'client'],
  ['control.ts'],
  ['cli', 'console'],
  ['main.ts'],
]
/** The doors between the planes: all that control and the demo may see of the edge. */
const DOORS = ['edge/contract/', 'edge/base/', 'edge/explain.ts']

/** What is wrong with `from` importing `to` (both paths from the root), or null. */
export function forbidden(from: string, to: string): string | null {
  const [plane, target] = [planeOf(from), planeOf(to)]
  if (!placeOf(from)) return `${from} is in no layer`
  if (target === 'other') return null
  if (!placeOf(to)) return `${from} imports ${to}, which is in no layer`
  if (target === 'bin' && plane !== 'bin') return `${from} imports ${to}: nothing imports bin`
  if (plane === 'bin') return null
  if (plane !== target) return crossing(from, to)
  return plane === 'demo' ? null : withinPlane(from, to)
}

/** What is wrong with the relative imports of some files, one sentence each. */
export function layerFaults(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const targets = importsOf(text).map((found) => found.to)
    const ours = targets.filter((to) => to.startsWith('.')).map((to) => posix.join(posix.dirname(path), to))
    return ours.map((to) => forbidden(path, to)).filter((fault) => fault !== null)
  })
}

type Plane = 'edge' | 'control' | 'bin' | 'demo' | 'other'
type Place = { readonly row: number; readonly part: string }

function planeOf(path: string): Plane {
  const top = path.split('/')[0] as string
  return top === 'edge' || top === 'control' || top === 'bin' || top === 'demo' ? top : 'other'
}

function placeOf(path: string): Place | null {
  const plane = planeOf(path)
  if (plane !== 'edge' && plane !== 'control') return { row: 0, part: plane }
  const part = path.split('/')[1] as string
  const row = (plane === 'edge' ? EDGE : CONTROL).findIndex((parts) => parts.includes(part))
  return row === -1 ? null : { row, part }
}

function crossing(from: string, to: string): string | null {
  if (planeOf(from) === 'edge') return `${from} imports ${to}: the edge knows nothing outside of edge/`
  if (planeOf(to) === 'edge' && DOORS.some((door) => to.startsWith(door))) return null
  return `${from} imports ${to}, which is not one of the doors ${DOORS.join(' ')}`
}

function withinPlane(from: string, to: string): string | null {
  const [importer, imported] = [placeOf(from) as Place, placeOf(to) as Place]
  if (importer.part === imported.part || imported.row < importer.row) return null
  const why = importer.row === imported.row ? 'parts of one layer do not see each other' : 'imports point towards the contract only'
  return `${from} imports ${to}: ${why}`
}
