// A body on its way to the client, copied for the cache. The copy is bounded, by itself and together with all that the worker holds:
// beyond either bound it is let go and the body flows on.

import type { ByteBudget } from '../base/byte-budget.ts'
import { type Body, watchedBody } from '../http/body.ts'

/** The share of the budget beyond which nothing is copied. A copy can be done without: it must not be what clients are refused for. */
const COPIES_RATIO = 0.5

/** What became of the copy; exactly one of the four is called. */
export interface FillingEnd {
  whole(bytes: Uint8Array): void
  tooLong(): void
  /** The worker holds too much already. */
  noRoom(): void
  /** The body broke off or its reader left: a part must never pass for the whole (RFC 9111 §3.3). */
  cut(): void
}

/** How long a copy may be, and what it is counted against while it grows. */
export interface FillingBounds {
  readonly maxBytes: number
  readonly budget: ByteBudget
}

/** The same body, copied on its way. */
export function filling(body: Body, { maxBytes, budget }: FillingBounds, end: FillingEnd): Body {
  let chunks: Uint8Array[] | null = []
  let bytes = 0
  const upToBytes = budget.maxBytes * COPIES_RATIO
  const letGo = () => {
    chunks = null
    budget.give(bytes)
  }
  return watchedBody(body, {
    chunk(chunk) {
      if (chunks === null) return
      if (bytes + chunk.byteLength > maxBytes) {
        letGo()
        return end.tooLong()
      }
      if (!budget.take(chunk.byteLength, upToBytes)) {
        letGo()
        return end.noRoom()
      }
      bytes += chunk.byteLength
      chunks.push(chunk)
    },
    end() {
      if (chunks === null) return
      const whole = Buffer.concat(chunks, bytes)
      letGo()
      end.whole(whole)
    },
    cut() {
      if (chunks === null) return
      letGo()
      end.cut()
    },
  })
}
