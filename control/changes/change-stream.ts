// The stream of changes, seen by who reads it. Every call may reject: then Redis is away, and what was not acknowledged comes again.

/** An entry of the stream. */
export interface StreamEntry {
  readonly id: string
  /** Its change or changes, as JSON; null when it has no field that could hold them. */
  readonly text: string | null
}

/** Entries that another consumer has held for too long, and that are this one's now. */
export interface Claimed {
  readonly ids: readonly string[]
  /** How many were trimmed from the stream before anybody acknowledged them. */
  readonly lost: number
}

/** An entry that was delivered before. */
export interface Redelivered {
  /** Null when it was trimmed from the stream before anybody acknowledged it. */
  readonly entry: StreamEntry | null
  /** How often it was delivered, this time included. */
  readonly tries: number
}

/** Why an entry went to the dead letters: it cannot be read, its change is not valid, it is too long, or nobody got it done. */
export type DeathCause = 'unreadable' | 'invalid' | 'too-large' | 'tries'

/** An entry on its way to the dead letters. */
export interface Burial {
  readonly entry: StreamEntry
  readonly cause: DeathCause
  readonly reason: string
  readonly tries: number
}

/** How far the reading is. */
export interface StreamMeasure {
  /** Entries not acknowledged, delivered or not. */
  readonly lag: number
  /** Those of them that were delivered. */
  readonly pending: number
  readonly deadLetters: number
}

/** The stream as one consumer of its group. */
export interface ChangeStream {
  /** Makes the group, at the beginning of the stream, when it is not there. */
  prepare(): Promise<void>
  /** New entries; waits for them a second at most. */
  read(): Promise<readonly StreamEntry[]>
  /** Ids of what this consumer has not acknowledged, in order, behind `after`; null for the first of them. */
  held(after: string | null): Promise<readonly string[]>
  /** Takes over what other consumers have held for too long. No entry counts as tried by this. */
  claim(): Promise<Claimed>
  /** Delivers an entry that this consumer holds once more. */
  again(id: string): Promise<Redelivered>
  acknowledge(ids: readonly string[]): Promise<void>
  /** Puts entries to the dead letters, then acknowledges them. */
  bury(burials: readonly Burial[], nowMs: number): Promise<void>
  measure(): Promise<StreamMeasure>
  /** Ends a `read` that waits. */
  wake(): Promise<void>
  /** Takes the consumer out of the group when nothing is left to it. */
  leave(): Promise<void>
}
