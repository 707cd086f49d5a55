// The work of warming: so many pages at once, not more than so many a second, and what came of them.

import { pacing } from '../../edge/base/pacing.ts'
import type { Clock, Timers } from '../../edge/base/ports.ts'
import type { Rate } from '../../edge/contract/units.ts'
import type { Page, Visit } from '../client/page-visitor.ts'

/** What came of the pages so far. */
export interface WarmCounts {
  done: number
  hit: number
  stored: number
  passed: number
  failed: number
}

/** Nothing yet. */
export const NO_COUNTS: Readonly<WarmCounts> = { done: 0, hit: 0, stored: 0, passed: 0, failed: 0 }

/** What warming takes. */
export interface WarmWork {
  readonly pages: readonly Page[]
  /** What an earlier run came to; it goes on behind those pages. */
  readonly from: Readonly<WarmCounts>
  readonly rate: Rate
  /** Pages at once. */
  readonly connections: number
  readonly visit: (page: Page) => Promise<Visit>
  readonly clock: Clock
  readonly timers: Timers
  /** Hears of each page when it is done. */
  readonly told: (counts: Readonly<WarmCounts>, page: Page, visit: Visit) => void
  /** Whether to begin no further page. */
  readonly stopped: () => boolean
}

/** Visits the pages in their order. Resolves when all that were begun are done. @returns what came of them, earlier runs counted in */
export async function warmUp(work: WarmWork): Promise<WarmCounts> {
  const counts = { ...work.from }
  const pause = pacing(work)
  let next = work.from.done
  const walk = async (): Promise<void> => {
    while (next < work.pages.length) {
      await pause()
      if (work.stopped() || next >= work.pages.length) return
      const page = work.pages[next++]!
      const visit = await work.visit(page)
      counts[visit.kind] += 1
      counts.done += 1
      work.told(counts, page, visit)
    }
  }
  await Promise.all(Array.from({ length: work.connections }, walk))
  return counts
}
