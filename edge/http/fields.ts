import type { BytesBody } from './body.ts'
import { bitOf, isWritable, markOf, NO_LINES, type SharedLines, sharedLines, tailOfShared, textOf, textOfShared } from './shared-lines.ts'

/** Stands for no lines of one's own: most fields are read, and have none. Never changed. */
const NONE: string[] = []

/**
 * Header or trailer fields of one message, in wire order, with the case they came in.
 *
 * Kept as flat lists `[name, value, name, value, …]`: a message has some twenty fields and a dozen lookups, and a scan that
 * compares lengths first beats building a Map for each. It also leaves nothing to be tricked: `__proto__` is a name like any other.
 * Two words of bits tell nearly all names that are not there without a scan. A copy shares the lines it was made from, and their text: a
 * kept answer is sent a thousand times with three lines added, and only these cost anything.
 *
 * Names given to `get`, `getAll`, `count`, `has` and `delete` are lower-case by contract. `set` and `append` take the case to write.
 * Strings hold one byte per character (latin1), as the parser gives them. How many fields there may be is the parser's limit.
 */
export class Fields implements Iterable<[name: string, value: string]> {
  /** The first lines, shared. */
  #block: SharedLines
  /** The lines behind them, our own. */
  #own: string[] = NONE
  #bits: number
  #marks: number
  /** Whether lines that came from outside are among our own. What is set and appended here is the edge's own word. */
  #foreign = false
  /** Whether a name may stand among the shared lines and our own: then the lines of that name have an order. */
  #ordered = false

  private constructor(block: SharedLines) {
    this.#block = block
    this.#bits = block.bits
    this.#marks = block.marks
  }

  /** Fields from a flat list `[name, value, …]` such as node's `rawHeaders`; copies it, and drops a name without a value. */
  static fromRaw(raw: readonly string[]): Fields {
    return Fields.adopt(raw.length % 2 === 0 ? raw.slice() : raw.slice(0, -1))
  }

  /** Fields over a flat list that nobody else changes any more; not copied. @param raw an even number of texts */
  static adopt(raw: readonly string[]): Fields {
    return new Fields(sharedLines(raw))
  }

  /** Fields that begin with these lines. */
  static over(lines: SharedLines): Fields {
    return new Fields(lines)
  }

  /** Fields from a record; a list of values becomes one line each. Without an argument: no fields. */
  static of(record: Readonly<Record<string, string | readonly string[]>> = {}): Fields {
    const fields = new Fields(NO_LINES)
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
    if (this.#lacks(name)) return undefined
    return joined(this.#own, name, joined(this.#block.raw, name, undefined))
  }

  /** The values of all lines of that name, in wire order; empty when there is none. */
  getAll(name: string): string[] {
    const values: string[] = []
    if (this.#lacks(name)) return values
    collect(this.#block.raw, name, values)
    collect(this.#own, name, values)
    return values
  }

  /** How many lines bear that name. */
  count(name: string): number {
    if (this.#lacks(name)) return 0
    return countOf(this.#block.raw, name) + countOf(this.#own, name)
  }

  /** Whether a line bears that name. */
  has(name: string): boolean {
    if (this.#lacks(name)) return false
    return indexOf(this.#block.raw, name) >= 0 || indexOf(this.#own, name) >= 0
  }

  /** Whether there is a Date, which every answer is asked for: shared lines are searched for it once. */
  get dated(): boolean {
    this.#block.dated ??= indexOf(this.#block.raw, 'date') >= 0
    return this.#block.dated || indexOf(this.#own, 'date') >= 0
  }

  /** Replaces all lines of that name by one, at the place of the first; adds it at the end when there was none. */
  set(name: string, value: string): void {
    if (this.#lacks(name)) return this.#add(name, value)
    const lower = name.toLowerCase()
    if (indexOf(this.#block.raw, lower) >= 0) this.#unshare()
    const first = indexOf(this.#own, lower)
    if (first < 0) return this.#add(name, value)
    this.#own[first] = name
    this.#own[first + 1] = value
    removeFrom(this.#own, first + 2, lower)
  }

  /** Adds one line at the end, whatever there is already. */
  append(name: string, value: string): void {
    if (!this.#lacks(name)) this.#ordered = true
    this.#add(name, value)
  }

  #add(name: string, value: string): void {
    if (this.#own === NONE) this.#own = []
    this.#own.push(name, value)
    this.#bits |= bitOf(name)
    this.#marks |= markOf(name)
  }

  /** Removes all lines of that name; nothing happens when there is none. */
  delete(name: string): void {
    if (this.#lacks(name)) return
    const shared = indexOf(this.#block.raw, name)
    if (shared >= 0) {
      const raw = this.#block.raw.slice()
      removeFrom(raw, shared, name)
      this.#block = sharedLines(raw, this.#block)
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
    const text = textOfShared(this.#block)
    if (text === null || (this.#foreign && !isWritable(this.#own))) return null
    return this.#own.length === 0 ? text : text + textOf(this.#own)
  }

  /**
   * The lines, the length of a body, the empty line and the body, as HTTP/1.1 has them: what ends a message. Shared lines stand last where
   * that changes nothing (RFC 9110 §5.3), so that they and the body are one piece for all who share both.
   * @returns null as of `toText`
   */
  toTextWith(body: BytesBody): string | null {
    if (this.#ordered) this.#share()
    if (this.#foreign && !isWritable(this.#own)) return null
    const tail = tailOfShared(this.#block, body)
    return tail === null || this.#own.length === 0 ? tail : textOf(this.#own) + tail
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

  #lacks(name: string): boolean {
    return (this.#bits & bitOf(name)) === 0 || (this.#marks & markOf(name)) === 0
  }

  #share(): void {
    this.#block = sharedLines(this.toRaw(), { bits: this.#bits, marks: this.#marks })
    this.#own = NONE
  }

  #unshare(): void {
    this.#own = this.toRaw()
    this.#block = NO_LINES
    this.#foreign = true
  }
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
