// What is remembered of an answer for the sake of comparing: never its body, only how long that was and a digest of it.

import { createHash, type Hash } from 'node:crypto'
import type { MirrorCompare } from '../contract/mirror.ts'
import type { BodyWatcher } from '../http/body.ts'
import type { Fields } from '../http/fields.ts'

/** What is compared of an answer; null is what is not known of it, and differs from nothing. */
export interface AnswerReading {
  readonly status: number
  readonly lengthBytes: number | null
  /** SHA-256 of the beginning of the body, in base64. */
  readonly digest: string | null
  /** Values of the chosen fields in their order; null for one that is not there. */
  readonly fields: readonly (string | null)[]
}

/** The head of an answer. */
export interface AnswerHead {
  readonly status: number
  readonly fields: Fields
}

/** Reads an answer while its body goes by. It is whole once the body has ended, in whatever way. */
export class ReadingBody implements BodyWatcher {
  readonly #head: AnswerHead
  readonly #compare: MirrorCompare
  readonly #told: (reading: AnswerReading) => void
  readonly #hash: Hash | null
  #bytes = 0
  #over = false

  /** @param told called once */
  constructor(head: AnswerHead, compare: MirrorCompare, told: (reading: AnswerReading) => void) {
    this.#head = head
    this.#compare = compare
    this.#told = told
    this.#hash = compare.body === 'digest' ? createHash('sha256') : null
  }

  chunk(bytes: Uint8Array): void {
    const leftBytes = this.#compare.maxBodyBytes - this.#bytes
    this.#bytes += bytes.byteLength
    if (leftBytes > 0) this.#hash?.update(bytes.byteLength > leftBytes ? bytes.subarray(0, leftBytes) : bytes)
  }

  end(): void {
    this.#tell(this.#bytes, 'known')
  }

  // Of a part nobody knows how long the whole is; its beginning may be all that is compared.
  cut(): void {
    this.#tell(null, this.#bytes >= this.#compare.maxBodyBytes ? 'known' : 'unknown')
  }

  #tell(lengthBytes: number | null, digested: 'known' | 'unknown'): void {
    if (this.#over) return
    this.#over = true
    const { status, fields } = this.#head
    const values = this.#compare.fields.map((name) => fields.get(name.toLowerCase()) ?? null)
    const digest = digested === 'known' && this.#hash !== null ? this.#hash.digest('base64') : null
    this.#told({ status, lengthBytes, digest, fields: values })
  }
}
