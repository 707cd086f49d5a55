/**
 * Header or trailer fields of one message, in wire order, with the case they came in.
 *
 * Kept as one flat array `[name, value, name, value, …]`: a message has some twenty fields and a dozen lookups, and a scan that
 * compares lengths first beats building a Map for each. It also leaves nothing to be tricked: `__proto__` is a name like any other.
 *
 * Names given to `get`, `getAll`, `count`, `has` and `delete` are lower-case by contract. `set` and `append` take the case to write.
 * Strings hold one byte per character (latin1), as the parser gives them. How many fields there may be is the parser's limit.
 */
export class Fields implements Iterable<[name: string, value: string]> {
  #raw: string[]

  private constructor(raw: string[]) {
    this.#raw = raw
  }

  /** Fields from a flat list `[name, value, …]` such as node's `rawHeaders`; copies it, and drops a name without a value. */
  static fromRaw(raw: readonly string[]): Fields {
    return new Fields(raw.length % 2 === 0 ? raw.slice() : raw.slice(0, -1))
  }

  /** Fields from a record; a list of values becomes one line each. Without an argument: no fields. */
  static of(record: Readonly<Record<string, string | readonly string[]>> = {}): Fields {
    const raw: string[] = []
    for (const [name, value] of Object.entries(record)) {
      if (typeof value === 'string') raw.push(name, value)
      else for (const line of value) raw.push(name, line)
    }
    return new Fields(raw)
  }

  /** How many lines there are. */
  get size(): number {
    return this.#raw.length / 2
  }

  /** The value of all lines of that name joined by `, ` (RFC 9110 §5.2), or undefined. Use `getAll` for Set-Cookie and Cookie. */
  get(name: string): string | undefined {
    const raw = this.#raw
    let found: string | undefined
    for (let i = 0; i < raw.length; i += 2) {
      if (!sameName(raw[i]!, name)) continue
      found = found === undefined ? raw[i + 1]! : `${found}, ${raw[i + 1]!}`
    }
    return found
  }

  /** The values of all lines of that name, in wire order; empty when there is none. */
  getAll(name: string): string[] {
    const raw = this.#raw
    const values: string[] = []
    for (let i = 0; i < raw.length; i += 2) {
      if (sameName(raw[i]!, name)) values.push(raw[i + 1]!)
    }
    return values
  }

  /** How many lines bear that name. */
  count(name: string): number {
    const raw = this.#raw
    let lines = 0
    for (let i = 0; i < raw.length; i += 2) {
      if (sameName(raw[i]!, name)) lines++
    }
    return lines
  }

  /** Whether a line bears that name. */
  has(name: string): boolean {
    return this.#indexOf(name) >= 0
  }

  /** Replaces all lines of that name by one, at the place of the first; adds it at the end when there was none. */
  set(name: string, value: string): void {
    const lower = name.toLowerCase()
    const first = this.#indexOf(lower)
    if (first < 0) {
      this.append(name, value)
      return
    }
    this.#raw[first] = name
    this.#raw[first + 1] = value
    this.#deleteFrom(first + 2, lower)
  }

  /** Adds one line at the end, whatever there is already. */
  append(name: string, value: string): void {
    this.#raw.push(name, value)
  }

  /** Removes all lines of that name; nothing happens when there is none. */
  delete(name: string): void {
    const first = this.#indexOf(name)
    if (first >= 0) this.#deleteFrom(first, name)
  }

  /** A copy that can be changed without changing this one. */
  clone(): Fields {
    return new Fields(this.#raw.slice())
  }

  /** A new flat list `[name, value, …]` in wire order. */
  toRaw(): string[] {
    return this.#raw.slice()
  }

  /** Bytes these fields take on the wire as HTTP/1.1: name, colon, space, value, CR LF; without the empty line that ends them. */
  byteLength(): number {
    const raw = this.#raw
    let bytes = 0
    for (let i = 0; i < raw.length; i += 2) bytes += raw[i]!.length + raw[i + 1]!.length + 4
    return bytes
  }

  /** Walks the lines in wire order. */
  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    const raw = this.#raw
    for (let i = 0; i < raw.length; i += 2) yield [raw[i]!, raw[i + 1]!]
  }

  #indexOf(lower: string): number {
    const raw = this.#raw
    for (let i = 0; i < raw.length; i += 2) {
      if (sameName(raw[i]!, lower)) return i
    }
    return -1
  }

  // Compacts in place, so that removing many lines of one name costs one pass and not one splice each.
  #deleteFrom(start: number, lower: string): void {
    const raw = this.#raw
    let kept = start
    for (let i = start; i < raw.length; i += 2) {
      if (sameName(raw[i]!, lower)) continue
      raw[kept] = raw[i]!
      raw[kept + 1] = raw[i + 1]!
      kept += 2
    }
    raw.length = kept
  }
}

/**
 * Whether a name from the wire equals a lower-case name, ASCII case ignored (RFC 9110 §5.1).
 * Not by `toLowerCase()`: that allocates, and folds U+212A to `k`.
 */
function sameName(wire: string, lower: string): boolean {
  if (wire === lower) return true
  if (wire.length !== lower.length) return false
  for (let i = 0; i < wire.length; i++) {
    const code = wire.charCodeAt(i)
    const folded = code >= 0x41 && code <= 0x5a ? code | 0x20 : code
    if (folded !== lower.charCodeAt(i)) return false
  }
  return true
}
