import type { Known } from '../base/text-memo.ts'
import type { AuthorityForms } from '../http/host.ts'

/** How a client is named to origins when nobody stands before it but its connection. */
export interface Introduction {
  readonly scheme: 'http' | 'https'
  readonly authority: string
  /** Value of X-Forwarded-For. */
  readonly address: string
  /** Value of Forwarded. */
  readonly forwarded: string
}

/** What the last request on a connection said of itself, and what was made of it: the next one says the same most often. */
export class ConnectionMemory {
  /** Its Host. */
  authority: Known<AuthorityForms | null> | null = null
  /** Its User-Agent, and whether that is a crawler's. */
  agent: Known<boolean> | null = null
  /** What origins were told of it. */
  introduction: Introduction | null = null
}
