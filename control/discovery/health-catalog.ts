// What a watch needs of Consul: one question about one service.

import type { Abort } from '../../edge/base/abort.ts'
import type { DiscoverConfig } from '../../edge/contract/peer.ts'

/** A question: the healthy instances of a service, once something has happened after `index`. */
export interface HealthQuestion {
  readonly service: DiscoverConfig
  /** 0n asks for the present state and does not wait. */
  readonly index: bigint
  /** `stale` lets any server answer and spares the leader; `default` asks the leader. */
  readonly consistency: 'stale' | 'default'
}

/** An answer as it came: nothing of it has been looked at yet. */
export interface HealthAnswer {
  /** X-Consul-Index. */
  readonly index: string | undefined
  /** X-Consul-KnownLeader. */
  readonly knownLeader: string | undefined
  /** X-Consul-LastContact, in ms. */
  readonly lastContact: string | undefined
  readonly body: unknown
}

/** The health of services, as Consul knows it. */
export interface HealthCatalog {
  /** @throws Error with a sentence when no whole answer with a status of 2xx came in time, or `abort` said to stop */
  ask(question: HealthQuestion, abort: Abort): Promise<HealthAnswer>
  close(): void
}
