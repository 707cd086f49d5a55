// What `tryPeers` needs to know of what is asked: how one try begins, and what its outcome means. What the asker gets may differ from
// what a peer gives, so that a try that is not taken costs no more than its answer.

import type { Peer } from '../balance/peer.ts'
import type { EdgeError } from '../base/edge-error.ts'
import type { UpstreamRequest } from '../upstream/upstream.ts'

/** What is asked of peers, until one answers. */
export interface PeerTask<Given, T> {
  /** All but its Host, which hangs on the peer. The first try is made of this very request; see `tryPeers`. */
  readonly draft: UpstreamRequest
  /** Whether it may not be sent again, whatever the fault. */
  readonly spent: boolean
  /** Whether it may be asked of two peers at once: it changes nothing, has nothing to send twice, and can be let go of. */
  readonly hedgeable: boolean
  /** Asks one peer. @param leftMs until the head of its answer must be here */
  begin(peer: Peer, request: UpstreamRequest, leftMs: number): Attempt<Given, T>
}

/** A try under way. Of `answered`, `failed` and `abandon` exactly one is called, and after `answered` one of `taken` and `dropped`. */
export interface Attempt<Given, T> {
  /** What the peer gives, or why it does not. */
  readonly answer: Promise<Given>
  /** Counts an answer. @returns its status; 0 where that says nothing of whether to ask another peer */
  answered(given: Given): number
  /** Counts a failure. @param thrown what `answer` rejected with @returns that as a fault */
  failed(thrown: unknown): EdgeError
  /** What the asker gets. */
  taken(given: Given): T
  /** Lets go of an answer that nobody gets. */
  dropped(given: Given): void
  /** Nobody waits for it any more: whatever it comes to is let go, and no failure of its peer. None of the others is called then. */
  abandon(): void
}
