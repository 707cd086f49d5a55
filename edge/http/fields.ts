/** Lines that several `Fields` may share; never changed once made. Only `Fields` looks into them. */
export interface SharedLines {
  readonly raw: readonly string[]
  /** One bit per name; see `bitOf`. */
  readonly bits: number
  /** The lines as HTTP/1.1 text; made when first asked for. */
  text: string | null
  /** Whether that is one piece: put together as it is at first, it is a tree of its parts, which each reader would walk. */
  whole: boolean
}

/** What no field may hold (RFC 9110 §5.5), and characters of more than one byte, which on the wire could become such. */
const UNWRITABLE_CHARACTER = /[^\t -~\x80-\xff]/
/** What stands for the text of lines that have none; no text of lines is this. */
const UNWRITABLE = '\n'
/** Stands for no lines of one's own: most fields are read, and have none. Never changed. */
const NONE: string[] = []
const EMPTY: SharedLines = { raw: [], bits: 0, text: '', whole: true }

/**
 * Header or trailer fields of one message, in wire order, with the case they came in.
 *
 * Kept as flat lists `[name, value, name, value, …]`: a message has some twenty fields and a dozen lookups, and a scan that
 * compares lengths first beats building a Map for each. It also leaves nothing to be tricked: `__proto__` is a name like any other.
 * A word of bits tells most names that are not there without a scan. A copy shares the lines it was made from, and their text: a
 * kept answer is sent a thousand times with three lines added, and only these cost anything.
 *
 * Names given to `get`, `getAll`, `count`, `has` and `delete` are lower-case by contract. `set` and `append` take the case to write.
 * Strings hold one byte per character (latin1), as the parser gives them. How many fields there may be is the parser's limit.
 */
export class Fields implements Iterable<[name: string, value: string]> {
  /** The first lines, shared. */
  #block: SharedLines
  /** The lines behind them, our own. */
  #own: string[]
  #bits: number
  /** Whether lines that came from outside are among our own. What is set and appended here is the edge's own word. */
  #foreign = false

  private constructor(block: SharedLines, own: string[], bits: number) {
    this.#block = block
    this.#own = own
    this.#bits = bits
  }

  /** Fields from a flat list `[name, value, …]` such as node's `rawHeaders`; copies it, and drops a name without a value. */
  static fromRaw(raw: readonly string[]): Fields {
    return Fields.adopt(raw.length % 2 === 0 ? raw.slice() : raw.slice(0, -1))
  }

  /** Fields over a flat list that nobody else changes any more; not copied. @param raw an even number of texts */
  static adopt(raw: readonly string[]): Fields {
    const bits = bitsOf(raw)
    return new Fields(blockOf(raw, bits), NONE, bits)
  }

  /** Fields that begin with these lines. */
  static over(lines: SharedLines): Fields {
    return new Fields(lines, NONE, lines.bits)
  }

  /** Fields from a record; a list of values becomes one line each. Without an argument: no fields. */
  static of(record: Readonly<Record<string, string | readonly string[]>> = {}): Fields {
    const fields = new Fields(EMPTY, NONE, 0)
    for (const [name, value] of Object.entries(record)) {
      if (typeof value === 'string') fields.append(name, value)
      else for (const line of value) fields.append(name, line)
    }
    return fields
  }

  /** How many lines there are. */
  get size(): number {
    return (this.#block.raw.length + this.#own.length) / 2
  }

  /** The value of all lines of that name joined by `, ` (RFC 9110 §5.2), or undefined. Use `getAll` for Set-Cookie and Cookie. */
  get(name: string): string | undefined {
    if ((this.#bits & bitOf(name)) === 0) return undefined
    return joined(this.#own, name, joined(this.#block.raw, name, undefined))
  }

  /** The values of all lines of that name, in wire order; empty when there is none. */
  getAll(name: string): string[] {
    const values: string[] = []
    if ((this.#bits & bitOf(name)) === 0) return values
    collect(this.#block.raw, name, values)
    collect(this.#own, name, values)
    return values
  }

  /** How many lines bear that name. */
  count(name: string): number {
    if ((this.#bits & bitOf(name)) === 0) return 0
    return countOf(this.#block.raw, name) + countOf(this.#own, name)
  }

  /** Whether a line bears that name. */
  has(name: string): boolean {
    if ((this.#bits & bitOf(name)) === 0) return false
    return indexOf(this.#block.raw, name) >= 0 || indexOf(this.#own, name) >= 0
  }

  /** Replaces all lines of that name by one, at the place of the first; adds it at the end when there was none. */
  set(name: string, value: string): void {
    if ((this.#bits & bitOf(name)) === 0) return this.append(name, value)
    const lower = name.toLowerCase()
    if (indexOf(this.#block.raw, lower) >= 0) this.#unshare()
    const first = indexOf(this.#own, lower)
    if (first < 0) return this.append(name, value)
    this.#own[first] = name
    this.#own[first + 1] = value
    removeFrom(this.#own, first + 2, lower)
  }

  /** Adds one line at the end, whatever there is already. */
  append(name: string, value: string): void {
    if (this.#own === NONE) this.#own = []
    this.#own.push(name, value)
    this.#bits |= bitOf(name)
  }

  /** Removes all lines of that name; nothing happens when there is none. */
  delete(name: string): void {
    if ((this.#bits & bitOf(name)) === 0) return
    const shared = indexOf(this.#block.raw, name)
    if (shared >= 0) {
      const raw = this.#block.raw.slice()
      removeFrom(raw, shared, name)
      this.#block = blockOf(raw, this.#block.bits)
    }
    const first = indexOf(this.#own, name)
    if (first >= 0) removeFrom(this.#own, first, name)
  }

  /** A copy that can be changed without changing this one. */
  clone(): Fields {
    return Fields.over(this.shared)
  }

  /** These lines, to be shared with others as long as nobody changes them. */
  get shared(): SharedLines {
    // What was added here becomes shared too, so that the next copy costs nothing.
    if (this.#own.length > 0) this.#share()
    return this.#block
  }

  /** The flat list `[name, value, …]` in wire order, to be looked at, not changed. */
  get lines(): readonly string[] {
    return this.#own.length === 0 ? this.#block.raw : this.toRaw()
  }

  /** A new flat list `[name, value, …]` in wire order. */
  toRaw(): string[] {
    return [...this.#block.raw, ...this.#own]
  }

  /**
   * The lines as HTTP/1.1 has them, each with its line end, without the empty line that ends them.
   * @returns null when a line that came from outside cannot be written: with a line break in it, one message would become two
   * (RFC 9112 §11.1). What `set` and `append` were given is not looked at: it is made here, of parts that were parsed.
   */
  toText(): string | null {
    const text = textOfBlock(this.#block)
    if (text === UNWRITABLE || (this.#foreign && !isWritable(this.#own))) return null
    return this.#own.length === 0 ? text : text + textOf(this.#own)
  }

  /** Bytes these fields take on the wire as HTTP/1.1: name, colon, space, value, CR LF; without the empty line that ends them. */
  byteLength(): number {
    let bytes = 0
    for (const text of this.#block.raw) bytes += text.length + 2
    for (const text of this.#own) bytes += text.length + 2
    return bytes
  }

  /** Walks the lines in wire order. */
  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    const raw = this.lines
    for (let i = 0; i < raw.length; i += 2) yield [raw[i]!, raw[i + 1]!]
  }

  #share(): void {
    this.#block = blockOf(this.toRaw(), this.#bits)
    this.#own = NONE
  }

  #unshare(): void {
    this.#own = this.toRaw()
    this.#block = EMPTY
    this.#foreign = true
  }
}

/**
 * The bit that stands for a name, whatever its case: by its length and its first two characters. Different names may share one; the factors
 * are those by which the fewest of common names do, and not Cache-Status, which each answer is asked for, with Content-Type, which each has.
 */
function bitOf(name: string): number {
  return 1 << ((name.length * 7 + (name.charCodeAt(0) | 0x20) * 3 + (name.charCodeAt(1) | 0x20) * 18) & 31)
}

// The same sum, in a place of its own: names from the wire are strings of another making than those in our code, and where the engine
// meets all kinds in one place, the length of a string takes it a search.
function bitsOf(raw: readonly string[]): number {
  let bits = 0
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    bits |= 1 << ((name.length * 7 + (name.charCodeAt(0) | 0x20) * 3 + (name.charCodeAt(1) | 0x20) * 18) & 31)
  }
  return bits
}

function blockOf(raw: readonly string[], bits: number): SharedLines {
  return { raw, bits, text: null, whole: false }
}

// Most lines are written once, and then their text is best left in parts; who comes a second time will come a thousandth time.
function textOfBlock(block: SharedLines): string {
  const { raw, text, whole } = block
  if (text !== null && whole) return text
  const made = text === null ? firstText(raw) : Buffer.from(text, 'latin1').toString('latin1')
  block.whole = text !== null
  block.text = made
  return made
}

function firstText(raw: readonly string[]): string {
  return isWritable(raw) ? textOf(raw) : UNWRITABLE
}

function isWritable(raw: readonly string[]): boolean {
  for (const text of raw) if (UNWRITABLE_CHARACTER.test(text)) return false
  return true
}

function textOf(raw: readonly string[]): string {
  let text = ''
  for (let i = 0; i < raw.length; i += 2) text += `${raw[i]}: ${raw[i + 1]}\r\n`
  return text
}

function indexOf(raw: readonly string[], lower: string): number {
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]!.length === lower.length && sameName(raw[i]!, lower)) return i
  }
  return -1
}

function joined(raw: readonly string[], lower: string, before: string | undefined): string | undefined {
  let found = before
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]!.length !== lower.length || !sameName(raw[i]!, lower)) continue
    found = found === undefined ? raw[i + 1]! : `${found}, ${raw[i + 1]!}`
  }
  return found
}

function collect(raw: readonly string[], lower: string, values: string[]): void {
  for (let i = 0; i < raw.length; i += 2) {
    if (sameName(raw[i]!, lower)) values.push(raw[i + 1]!)
  }
}

function countOf(raw: readonly string[], lower: string): number {
  let lines = 0
  for (let i = 0; i < raw.length; i += 2) {
    if (sameName(raw[i]!, lower)) lines++
  }
  return lines
}

// Compacts in place, so that removing many lines of one name costs one pass and not one splice each.
function removeFrom(raw: string[], start: number, lower: string): void {
  let kept = start
  for (let i = start; i < raw.length; i += 2) {
    if (sameName(raw[i]!, lower)) continue
    raw[kept] = raw[i]!
    raw[kept + 1] = raw[i + 1]!
    kept += 2
  }
  raw.length = kept
}

/**
 * Whether a name from the wire equals a lower-case name, ASCII case ignored (RFC 9110 §5.1).
 * Not by `toLowerCase()`: that allocates, and folds U+212A to `k`.
 */
function sameName(wire: string, lower: string): boolean {
  if (wire.length !== lower.length) return false
  for (let i = 0; i < wire.length; i++) {
    const code = wire.charCodeAt(i)
    const folded = code >= 0x41 && code <= 0x5a ? code | 0x20 : code
    if (folded !== lower.charCodeAt(i)) return false
  }
  return true
}
