import type { Known } from '../base/text-memo.ts'
import type { Client } from '../client/client-class.ts'
import type { ClientPlan } from '../config/snapshot.ts'
import { Fields } from '../http/fields.ts'
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
  // Of requests whose lines are those of the request before.
  #raw: readonly string[] | null = null
  #fields: Fields | null = null
  #client: Client | null = null
  #clientBy: ClientPlan | null = null

  /** The fields of a request whose lines are those of the request before: one object, which nobody changes. @param raw the very list */
  fieldsOf(raw: readonly string[]): Fields {
    if (this.#fields === null || this.#raw !== raw) {
      this.#raw = raw
      this.#fields = Fields.adopt(raw)
      this.#client = null
    }
    return this.#fields
  }

  /** Who asked with these very fields, by these rules; null when that is not known. */
  clientOf(fields: Fields, by: ClientPlan): Client | null {
    return this.#fields === fields && this.#clientBy === by ? this.#client : null
  }

  /** Remembers who asks with these fields, as long as they are those of each request. */
  remember(fields: Fields, by: ClientPlan, client: Client): void {
    if (this.#fields !== fields) return
    this.#client = client
    this.#clientBy = by
  }

  /** Lets go of what is of no use to a connection that is idle. */
  rest(): void {
    this.#raw = null
    this.#fields = null
    this.#client = null
    this.#clientBy = null
  }
}
