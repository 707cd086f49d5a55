// What an edge says of itself with each beat: the readings of its workers, added up; of the pressure, the highest.

import { type HotKeyReading, mergeHotKeys } from '../cache/hot-traffic.ts'
import type { BeatReading } from '../config/control-source.ts'
import { mergedMirrors, shortMirrors } from '../contract/mirror-reading.ts'
import { MAX_TROUBLES, mergeTroubles } from '../contract/trouble.ts'
import { MAX_GROUPS } from '../contract/wire.ts'
import { addedUp } from '../traffic/group-tally.ts'
import type { Supervisor } from './supervisor.ts'

/** Keys that an edge lists, and the longest text of one. */
const HOT_KEYS = 20
const MAX_KEY = 512

/** The reading of the whole edge. */
export async function beatReading(
  supervisor: Supervisor,
): Promise<
  Required<Pick<BeatReading, 'pressure' | 'troubles' | 'groups' | 'mirrors'>> & BeatReading & { readonly hotKeys: readonly HotKeyReading[] }
> {
  const readings = await supervisor.readings()
  const sum = { inFlight: 0, requests: 0, lookups: 0, hits: 0 }
  let pressure = 0
  for (const reading of readings) {
    sum.inFlight += reading.inFlight
    sum.requests += reading.requests
    sum.lookups += reading.lookups
    sum.hits += reading.hits
    pressure = Math.max(pressure, reading.pressure)
  }
  const lists = readings.map(({ hotKeys }) => hotKeys)
  const redis = readings.some((reading) => reading.redis === 'down') ? 'down' : (readings[0]?.redis ?? 'none')
  return {
    inFlight: sum.inFlight,
    requests: sum.requests,
    hitRatio: sum.lookups === 0 ? null : sum.hits / sum.lookups,
    workers: supervisor.serving,
    redis,
    pressure,
    groups: addedUp(
      readings.flatMap(({ groups }) => groups),
      MAX_GROUPS,
    ).map((each) => ({ ...each, times: [...each.times] })),
    troubles: mergeTroubles(
      readings.map(({ troubles }) => troubles),
      MAX_TROUBLES,
    ),
    mirrors: shortMirrors(mergedMirrors(readings.flatMap(({ mirrors }) => mirrors))),
    hotKeys: mergeHotKeys(lists, HOT_KEYS).map(({ key, ratePerS }) => ({ key: key.slice(0, MAX_KEY), ratePerS })),
  }
}
