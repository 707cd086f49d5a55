// What outlives a snapshot: peers with their health and load, and the cells that limits count in. Compiling looks things up here by
// key; a new revision forgets nothing that it should keep.

import { PeerRegistry } from '../balance/peer-registry.ts'
import type { Random } from '../base/ports.ts'
import type { SharedCells } from '../base/shared-cells.ts'

/** Peers remembered by one worker. */
const MAX_PEERS = 20_000

/** State that survives new configurations. */
export interface Registries {
  readonly peers: PeerRegistry
  readonly cells: SharedCells
  readonly random: Random
}

/** The registries of a worker. @param cells shared by all workers of the edge */
export function createRegistries(cells: SharedCells, random: Random): Registries {
  return { peers: new PeerRegistry(MAX_PEERS), cells, random }
}
