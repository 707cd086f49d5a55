// What a watch asks of the DNS, as a port.

/** An address with the time for which it may be believed. */
export interface AddressRecord {
  readonly address: string
  /** Seconds, 0 or more. */
  readonly ttl: number
}

/** A record that names a host and port (RFC 2782). */
export interface ServiceRecord {
  /** The target; empty when the service is said not to be there. */
  readonly name: string
  readonly port: number
  /** Lower ones are to be asked first. */
  readonly priority: number
  readonly weight: number
}

/** Asks the DNS. An answer that says that there is nothing (no such name, no such records) is an empty list. */
export interface NameResolver {
  /** @throws Error with a sentence when no answer came in time, or one that says nothing (SERVFAIL, REFUSED) */
  addresses(name: string, type: 'A' | 'AAAA'): Promise<readonly AddressRecord[]>
  /** @throws Error as `addresses` does */
  services(name: string): Promise<readonly ServiceRecord[]>
  /** What is being asked fails at once. */
  close(): void
}
