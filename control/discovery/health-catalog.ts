// What a watch asks of Consul, as a port: the health API of one agent, one question at a time.

import type { Abort } from '../../edge/base/abort.ts'

/** A service as Consul is asked for it. */
export interface ConsulService {
  readonly service: string
  /** Only instances with all of these. */
  readonly tags: readonly string[]
  /** Null asks the agent's own. */
  readonly datacenter: string | null
  /** Whether instances with a warning count too. */
  readonly accept: 'passing' | 'warning'
  /** The metadata that names the zone of an instance. */
  readonly zoneMeta: string
}

/** A question: the healthy instances of a service, once something has happened after `index`. */
export interface HealthQuestion {
  readonly service: ConsulService
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
