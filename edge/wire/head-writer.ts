// Heads as text of latin1, one character a byte. What is written here was parsed or made by us, but a head split in two is the worst that a
// proxy can send: so each is held once more, whole, against the grammar, which costs less than a look at each of its parts.

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const LINES = `(?:${TOKEN}: [\\t -~\\x80-\\xff]*\\r\\n)*\\r\\n$`
const REQUEST = new RegExp(`^${TOKEN} [!-~]+ HTTP/1\\.1\\r\\n${LINES}`)
const RESPONSE = new RegExp(`^HTTP/1\\.1 [1-5][0-9][0-9] [\\t -~\\x80-\\xff]*\\r\\n${LINES}`)

/** The last chunk of a body, without trailers. */
export const LAST_CHUNK = '0\r\n\r\n'

/** The head of a request, or null when a part of it cannot be written. @param raw flat list `[name, value, …]` */
export function requestHeadText(method: string, target: string, raw: readonly string[]): string | null {
  return headText(`${method} ${target} HTTP/1.1\r\n`, raw, REQUEST)
}

/** The head of an answer, or null when a part of it cannot be written. @param raw flat list `[name, value, …]` */
export function responseHeadText(status: number, reason: string, raw: readonly string[]): string | null {
  return headText(`HTTP/1.1 ${status} ${reason}\r\n`, raw, RESPONSE)
}

/** The line before a chunk. @param bytes of the chunk, 1 or more: none is the last chunk */
export function chunkHead(bytes: number): string {
  return `${bytes.toString(16)}\r\n`
}

function headText(startLine: string, raw: readonly string[], grammar: RegExp): string | null {
  let text = startLine
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    // With a colon in its name, a line would be another field than was meant, and still a field line.
    if (name.includes(':')) return null
    text += `${name}: ${raw[i + 1]!}\r\n`
  }
  text += '\r\n'
  // A line within a value could be a field line too: then there are more lines than were written.
  return grammar.test(text) && lineCount(text) === raw.length / 2 + 2 ? text : null
}

function lineCount(text: string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
