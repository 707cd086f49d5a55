// The mirror of a route: its settings, and its book, which outlives revisions.

import type { MirrorConfig } from '../contract/mirror.ts'
import { MirrorBook } from '../mirror/mirror-book.ts'
import type { Registries } from './registries.ts'
import type { MirrorPlan } from './snapshot.ts'

/** The mirror of a route; null when it has none. */
export function mirrorPlan(route: string, config: MirrorConfig | undefined, { mirrors }: Pick<Registries, 'mirrors'>): MirrorPlan | null {
  if (config === undefined) return null
  const book = mirrors.get(route) ?? new MirrorBook()
  mirrors.set(route, book)
  return { config, book }
}
