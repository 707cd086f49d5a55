import { createHash } from 'node:crypto'
import { DIGEST_BYTES } from '../contract/recording.ts'
import type { BodyWatcher } from '../http/body.ts'

/** How much of a body went by, and a digest of its beginning. */
export class SentBody implements BodyWatcher {
  readonly #hash = createHash('sha256')
  #bytes = 0

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** SHA-256 of the first DIGEST_BYTES of what went by, in base64. Ask once, at the end. */
  get digest(): string {
    return this.#hash.digest('base64')
  }

  chunk(bytes: Uint8Array): void {
    const leftBytes = DIGEST_BYTES - this.#bytes
    this.#bytes += bytes.byteLength
    if (leftBytes > 0) this.#hash.update(bytes.byteLength > leftBytes ? bytes.subarray(0, leftBytes) : bytes)
  }

  end(): void {}

  cut(): void {}
}
