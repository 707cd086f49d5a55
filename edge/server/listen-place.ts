// Sockets to listen on, as a supervisor deals them out to its workers.

/** One socket that a worker listens on. */
export interface ListenPlace {
  /** Which listener of the bootstrap: 0 is `listen`, n is `listeners[n - 1]`. A listener may have several places. */
  readonly listener: number
  /** The port, where a sibling has found one already; null takes the one of the bootstrap. */
  readonly port: number | null
  /** A listening socket that was handed over; null opens a new one. */
  readonly fd: number | null
  /** shared lets siblings, and another process of the same user, listen on the same port (SO_REUSEPORT). */
  readonly sharing: 'shared' | 'alone'
}

/** A socket that is listened on. */
export interface BoundPlace {
  readonly listener: number
  /** 0 for a Unix socket. */
  readonly port: number
  /** To be handed to the process that comes after this one; null where the system does not tell. */
  readonly fd: number | null
}
