// Where endpoints come from, as the rest of the control plane sees it: discovery behind one small face.

import type { Cancel } from '../../edge/base/ports.ts'
import type { Endpoints } from '../../edge/contract/publication.ts'
import type { Site } from '../../edge/contract/site.ts'

/** Some addresses, and how many there are: of many only the first are named. */
export interface SomePeers {
  readonly count: number
  readonly addresses: readonly string[]
}

/** What a change of the endpoints of a service did to them. */
export interface PeerDifference {
  /** Wall clock. */
  readonly atMs: number
  readonly added: SomePeers
  readonly removed: SomePeers
  /** Whose weight or labels changed. */
  readonly changed: SomePeers
}

/** An answer that was not taken as it came, because it loses too many peers. */
export interface HoldReport {
  /** Grows whenever the answer that is held changes, so that a word on it is on what was seen. */
  readonly id: number
  readonly kind: 'empty' | 'loss'
  /** Wall clock. */
  readonly sinceMs: number
  /** When it is applied by itself, wall clock; null when only an operator's word applies it. */
  readonly untilMs: number | null
  /** Whether an operator refused it: it is then held until the answer recovers. */
  readonly refused: boolean
  /** Peers that the answer has. */
  readonly listed: number
  /** Peers that it lacks and that stand nevertheless. */
  readonly kept: SomePeers
}

/** How fresh the endpoints of one service are, and what discovery is up against. */
export interface ServiceReport {
  /** As `serviceKey` writes it. */
  readonly service: string
  /** Who is asked; `none` when nobody is set up who could be. */
  readonly source: 'consul' | 'dns' | 'none'
  /** The index of the last answer, as text because it is 64 bits wide; null before the first, and for names of the DNS. */
  readonly index: string | null
  /** Time since discovery last heard of it; null before the first answer. */
  readonly ageMs: number | null
  /** Peers now, those that a hold keeps included. */
  readonly peers: number
  /** Answers and failures since this process watches it. */
  readonly answers: number
  readonly failures: number
  /** The last change of its endpoints; null when there was none since this process watches it. */
  readonly difference: PeerDifference | null
  readonly hold: HoldReport | null
  /** Whether the last question failed. */
  readonly failing: boolean
  /** What went wrong last, or null while all is well. */
  readonly lastError: string | null
}

/** An operator's word on an answer that is held: apply it, or hold it until it recovers. */
export type HoldVerdict = 'accept' | 'refuse'

/** Discovery: what it found, and how fresh that is. */
export interface EndpointSource {
  /** The endpoints as they stand; replaced whole, never changed. */
  current(): Endpoints
  report(): readonly ServiceReport[]
  /** Takes an operator's word, if anything is held; an answer that is accepted is in `current()` when this returns. */
  decide(service: string, verdict: HoldVerdict): void
  /** The services of which an operator has refused what is held. */
  refused(): readonly string[]
  /** Calls `listener` after each change of `current()`. */
  onChange(listener: () => void): Cancel
  /** Calls `listener` after an answer began to be held, changed while it is, or is held no more. */
  onHold(listener: () => void): Cancel
  /** Watches the services that `site` discovers, and no others. */
  follow(site: Site): void
  close(): Promise<void>
}
