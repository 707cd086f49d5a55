import { formatContentRange } from './content-range.ts'
import type { Span } from './range.ts'

/** Some bytes of a representation. */
export interface Slice extends Span {
  /** Exactly the bytes from `first` to `last`. */
  readonly bytes: Uint8Array
}

/** What all parts of one body have in common. */
export interface MultipartTerms {
  /** 1 to 70 letters and digits that stand in none of the parts: long and by chance. */
  readonly boundary: string
  /** Of the whole representation; null when it has none. */
  readonly contentType: string | null
  /** How long the whole representation is. */
  readonly completeBytes: number
}

/** What a media type may not hold: it stands in the head of a part, where a line break would begin another field. */
const UNWRITABLE = /[^\t -~\x80-\xff]/

/** The media type of a body of parts. */
export function multipartType(boundary: string): string {
  return `multipart/byteranges; boundary=${boundary}`
}

/** The body that has these slices as its parts, as pieces to be sent one after the other; the slices are not copied. @see RFC 9110 §14.6 */
export function multipartRanges(slices: readonly Slice[], { boundary, contentType, completeBytes }: MultipartTerms): readonly Uint8Array[] {
  const typeLine = contentType === null || UNWRITABLE.test(contentType) ? '' : `Content-Type: ${contentType}\r\n`
  const pieces: Uint8Array[] = []
  let delimiter = `--${boundary}\r\n`
  for (const { first, last, bytes } of slices) {
    const head = `${delimiter}${typeLine}Content-Range: ${formatContentRange({ first, last, completeBytes })}\r\n\r\n`
    pieces.push(Buffer.from(head, 'latin1'), bytes)
    delimiter = `\r\n--${boundary}\r\n`
  }
  pieces.push(Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'))
  return pieces
}
