// What each beat is made of.

import type { HotKeyReading } from '../cache/hot-traffic.ts'
import type { ToldMirror } from '../contract/mirror-reading.ts'
import type { Trouble } from '../contract/trouble.ts'
import type { GroupReading } from '../traffic/group-tally.ts'

/** What a worker reads of itself. */
export interface WorkerReading {
  readonly inFlight: number
  readonly requests: number
  readonly lookups: number
  readonly hits: number
  readonly redis: 'up' | 'down' | 'none'
  /** How overloaded it is, 0 to 4. */
  readonly pressure: number
  /** The keys it is asked for most. */
  readonly hotKeys: readonly HotKeyReading[]
  /** What is not in order in its pools. */
  readonly troubles: readonly Trouble[]
  /** How groups of routes fare whose shares stand on the switchboard, since the last reading. */
  readonly groups: readonly GroupReading[]
  /** What came of its mirrors. */
  readonly mirrors: readonly ToldMirror[]
}
