// A body on its way to the client, copied for the cache. The copy is bounded: beyond the bound it is let go and the body flows on.

import { type Body, watchedBody } from '../http/body.ts'

/** What became of the copy; exactly one of the three is called. */
export interface FillingEnd {
  whole(bytes: Uint8Array): void
  tooLong(): void
  /** The body broke off or its reader left: a part must never pass for the whole (RFC 9111 §3.3). */
  cut(): void
}

/** The same body, copied on its way. */
export function filling(body: Body, maxBytes: number, end: FillingEnd): Body {
  let chunks: Uint8Array[] | null = []
  let bytes = 0
  return watchedBody(body, {
    chunk(chunk) {
      if (chunks === null) return
      bytes += chunk.byteLength
      if (bytes <= maxBytes) {
        chunks.push(chunk)
        return
      }
      chunks = null
      end.tooLong()
    },
    end() {
      if (chunks !== null) end.whole(Buffer.concat(chunks, bytes))
      chunks = null
    },
    cut() {
      if (chunks !== null) end.cut()
      chunks = null
    },
  })
}
