// Changes a few bytes of a message, mostly where something is decided: at line ends, around the fields that frame, within numbers.

import type { SeededRandom } from '../../support/seeded-random.ts'

/** What a message is changed with. */
export interface Changes {
  /** Where a change is most likely to matter; a global pattern. */
  readonly places: RegExp
  /** What is put in: whatever frames, ends, folds, hides or repeats. */
  readonly pieces: readonly string[]
}

/** Pieces for messages of both kinds. */
export const COMMON_PIECES: readonly string[] = [
  ...['\r', '\n', '\r\n', '\n\r', '\r\n\r\n', '\n\n', ' ', '\t', '\0', '\x0b', '\x0c', '\x7f', '\x80', '\x85', '\xa0'],
  ...[':', ',', ';', '"', '=', '_', '0', '1', '5', '-', '+', '0x', 'f', 'ffffffff', '0\r\n\r\n', '5\r\nhello\r\n'],
  ...['chunked', 'identity', 'gzip, ', ', chunked', 'close', ' folded\r\n', 'X: y\r\n'],
  ...['Content-Length: 5\r\n', 'Content-Length: 0\r\n', 'Content-Length:\r\n', 'content-length: 43\r\n', ' Content-Length: 5\r\n'],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding : chunked\r\n',
    'Transfer-Encoding: identity\r\n',
    'Transfer_Encoding: chunked\r\n',
  ],
  ...['Connection: close\r\n', 'Connection: Content-Length\r\n'],
]

/** One of the texts with one to three changes, as bytes. */
export function changedOne(texts: readonly string[], changes: Changes, random: SeededRandom): Buffer {
  let text = random.pick(texts)
  for (let left = random.integer(1, 3); left > 0; left -= 1) text = changed(text, changes, random)
  return Buffer.from(text, 'latin1')
}

function changed(text: string, { places, pieces }: Changes, random: SeededRandom): string {
  const edges = [...text.matchAll(places)].flatMap(({ index, 0: found }) => [index, index + found.length])
  const at = random.next() < 0.8 && edges.length > 0 ? random.pick(edges) : random.integer(0, text.length)
  const [before, behind] = [text.slice(0, at), text.slice(at)]
  const what = random.next()
  if (what < 0.5) return before + random.pick(pieces) + behind
  if (what < 0.7) return before + behind.slice(random.integer(1, 3))
  const bit = 1 << random.integer(0, 7)
  if (what < 0.85) return before + String.fromCharCode((behind.charCodeAt(0) || 0) ^ bit) + behind.slice(1)
  // A stretch said twice, or its case turned.
  const stretch = behind.slice(0, random.integer(1, 30))
  return what < 0.95 ? before + stretch + behind : before + stretch.toUpperCase() + behind.slice(stretch.length)
}
