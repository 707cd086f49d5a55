import type { RoutePlan } from '../config/snapshot.ts'
import { MAX_MIRRORS, type MirrorReading } from '../contract/mirror-reading.ts'

/** What came of the mirrors of these routes; MAX_MIRRORS of them at most. */
export function mirrorReadings(routes: readonly RoutePlan[]): MirrorReading[] {
  return routes.slice(0, MAX_MIRRORS).flatMap(({ id, mirror }) => (mirror === null ? [] : [mirror.book.reading(id, mirror.config.pool)]))
}
