// Each made when it is first wanted.
const LINES: string[] = new Array(4_097).fill('')

/** The Content-Length line of a body of so many bytes. */
export function lengthLine(bytes: number): string {
  if (bytes >= LINES.length) return `Content-Length: ${bytes}\r\n`
  if (LINES[bytes] === '') LINES[bytes] = `Content-Length: ${bytes}\r\n`
  return LINES[bytes]!
}
