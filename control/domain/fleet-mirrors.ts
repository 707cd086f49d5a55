// What came of mirrors, over all edges.

import { type MirrorReading, mergedMirrors } from '../../edge/contract/mirror-reading.ts'
import type { EdgeState } from './edge-state.ts'

/** One reading for each route, of what connected edges said last. Each counts from its own start. */
export function fleetMirrors(edges: readonly EdgeState[]): MirrorReading[] {
  const connected = edges.filter(({ connection }) => connection.state === 'connected')
  return mergedMirrors(connected.flatMap(({ beat }) => beat?.mirrors ?? []))
}
