import type { Known } from '../base/text-memo.ts'
import type { AuthorityForms } from '../http/host.ts'

/** What the last request on a connection said of itself, and what was made of it: the next one says the same most often. */
export class ConnectionMemory {
  /** Its Host. */
  authority: Known<AuthorityForms | null> | null = null
  /** Its User-Agent, and whether that is a crawler's. */
  agent: Known<boolean> | null = null
}
