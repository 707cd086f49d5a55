// Counts requests as a careless server would: any line end, any spelling of the fields that frame, and either of the two when both are
// there. What Weir sends must be one request to each of these readers, however much they disagree about what its clients send.

/** Which field a careless reader believes when a request has both. */
export type Belief = 'by-length' | 'by-chunks'

interface LooseHead {
  readonly length: number | null
  readonly isChunked: boolean
  readonly end: number
}

/** How many requests a careless reader finds in these bytes; what is left over in the end counts as one more. */
export function countLoosely(bytes: Buffer, belief: Belief): number {
  let count = 0
  for (let at = skipEmptyLines(bytes, 0); at < bytes.length; at = skipEmptyLines(bytes, at)) {
    count += 1
    const head = looseHead(bytes, at)
    if (head === null) break
    at = bodyEnd(bytes, head, belief)
  }
  return count
}

function skipEmptyLines(bytes: Buffer, from: number): number {
  let at = from
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at += 1
  return at
}

function looseHead(bytes: Buffer, at: number): LooseHead | null {
  let length: number | null = null
  let isChunked = false
  for (let from = at; ; ) {
    const end = lineEnd(bytes, from)
    if (end === null) return null
    const line = bytes.toString('latin1', from, end.at)
    if (line === '') return { length, isChunked, end: end.next }
    const colon = line.indexOf(':')
    // Somebody cuts off or skips what may not stand in a name, and CGI and what came after it read `_` as `-`.
    const name = line
      .slice(0, Math.max(0, colon))
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/[^!#$%&'*+\-.^`|~0-9a-z]/g, '')
    const value = line.slice(colon + 1)
    if (name === 'content-length') length ??= Number(/[0-9]+/.exec(value)?.[0] ?? 0)
    if (name === 'transfer-encoding') isChunked ||= /chunked/i.test(value)
    from = end.next
  }
}

function lineEnd(bytes: Buffer, from: number): { readonly at: number; readonly next: number } | null {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === 0x0a) return { at, next: at + 1 }
    if (bytes[at] === 0x0d) return { at, next: bytes[at + 1] === 0x0a ? at + 2 : at + 1 }
  }
  return null
}

function bodyEnd(bytes: Buffer, { length, isChunked, end }: LooseHead, belief: Belief): number {
  if (isChunked && (belief === 'by-chunks' || length === null)) return chunksEnd(bytes, end)
  return Math.min(bytes.length, end + (length ?? 0))
}

function chunksEnd(bytes: Buffer, from: number): number {
  for (let at = from; ; ) {
    const line = lineEnd(bytes, at)
    if (line === null) return bytes.length
    const size = Number.parseInt(bytes.toString('latin1', at, line.at), 16)
    if (Number.isNaN(size) || size === 0) {
      const last = lineEnd(bytes, line.next)
      return last === null ? bytes.length : last.next
    }
    const behind = lineEnd(bytes, line.next + size)
    if (behind === null) return bytes.length
    at = behind.next
  }
}
