// What the routes of the API work with.

import type { Clock, Log, Random, Timers } from '../../edge/base/ports.ts'
import type { explain } from '../../edge/explain.ts'
import type { ChangeIntake } from '../changes/change-intake.ts'
import type { EndpointSource } from '../domain/endpoint-source.ts'
import type { Publisher } from '../push/publisher.ts'
import type { Store } from '../store/store.ts'
import type { EventHub } from './event-hub.ts'
import type { PurgeBook } from './purge-book.ts'
import type { ShiftDesk } from './shift-desk.ts'
import type { TokenBook } from './token-book.ts'

/** What the routes of the API work with. */
export interface ApiContext {
  readonly store: Store
  readonly publisher: Publisher
  readonly events: EventHub
  readonly endpoints: EndpointSource
  readonly purges: PurgeBook
  readonly changes: ChangeIntake
  readonly shifts: ShiftDesk
  readonly tokens: TokenBook
  /** The edge's own explanation of what it would do with a request. */
  readonly explain: typeof explain
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  /** The metrics of this process, as Prometheus reads them. */
  readonly exposition: () => string
}
