/** `token` of RFC 9110 §5.6.2, sticky, to be used with `Scanner.take`. */
export const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y

// A run of plain characters, then again and again one escape and a run: no character can be matched in two ways, so it is linear.
const QUOTED = /"[\t !#-[\]-~\x80-\xff]*(?:\\[\t -~\x80-\xff][\t !#-[\]-~\x80-\xff]*)*"/y

/** A place in a field value, moved forward by what is read there. */
export class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Whether all is read. */
  get done(): boolean {
    return this.#at >= this.#text.length
  }

  /** The next character, or '' at the end. */
  get next(): string {
    return this.#text.charAt(this.#at)
  }

  /** Reads what the pattern matches right here, or reads nothing and gives null. The pattern must be sticky. */
  take(sticky: RegExp): string | null {
    sticky.lastIndex = this.#at
    if (!sticky.test(this.#text)) return null
    const start = this.#at
    this.#at = sticky.lastIndex
    return this.#text.slice(start, this.#at)
  }

  /** Reads this one character, or nothing; tells which. */
  eat(character: string): boolean {
    if (this.next !== character) return false
    this.#at++
    return true
  }

  /** Skips spaces. */
  skipSpaces(): void {
    while (this.#text.charCodeAt(this.#at) === 0x20) this.#at++
  }

  /** Skips spaces and tabs: OWS of RFC 9110 §5.6.3. */
  skipBlanks(): void {
    while (this.#text.charCodeAt(this.#at) === 0x20 || this.#text.charCodeAt(this.#at) === 0x09) this.#at++
  }

  /** Reads a quoted string and gives what it means, or reads nothing and gives null. @see RFC 9110 §5.6.4 */
  quotedString(): string | null {
    const quoted = this.take(QUOTED)
    if (quoted === null) return null
    const inner = quoted.slice(1, -1)
    return inner.includes('\\') ? inner.replace(/\\(.)/g, '$1') : inner
  }
}
