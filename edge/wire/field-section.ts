// The field lines of a head or of a trailer section, up to the empty line that ends it. Only their places are kept while bytes come
// in; texts are made once, when all is known to be valid. Cost: one look at each byte, and four numbers a line.

import { COLON, CR, HTAB, IS_TOKEN, IS_VALUE, LF, SP } from '../base/octets.ts'
import { framesBody, KNOWN_NAMES, knownField } from './known-field.ts'
import { lineEnd, MORE, type Scanned } from './scan.ts'
import type { WireFault } from './wire-fault.ts'
import { RULES } from './wire-rules.ts'

const PLACES_PER_LINE = 4
const LINES_AT_FIRST = 16

/** A section of field lines, scanned as its bytes come in. @see RFC 9112 §5 */
export class FieldSection {
  /** Field lines found. */
  count = 0
  /** Whether a tab stands in the value of a field that frames the body, or beside it. */
  hasTabbedFraming = false
  readonly #maxFieldBytes: number
  readonly #maxFields: number
  /** Of each line: where its name begins and ends, where its value begins and ends; from the start of the head. */
  #places = new Uint32Array(PLACES_PER_LINE * LINES_AT_FIRST)
  /** Of each known field: how many lines it has, and the index of the last one's value in `raw`. */
  readonly #lines: number[] = KNOWN_NAMES.map(() => 0)
  readonly #lastAt: number[] = KNOWN_NAMES.map(() => 0)
  // Where the line begins, where its colon is (0 while in the name), and where to go on; from the start of the head.
  #line = 0
  #colon = 0
  #at = 0

  /** @param maxFieldBytes of one line, its end not counted */
  constructor(maxFieldBytes: number, maxFields: number) {
    this.#maxFieldBytes = maxFieldBytes
    this.#maxFields = maxFields
  }

  /** Begins another section, so many bytes behind the start of its head. */
  reset(at: number): void {
    this.count = 0
    this.hasTabbedFraming = false
    for (let i = 0; i < this.#lines.length; i++) this.#lines[i] = 0
    this.#line = at
    this.#colon = 0
    this.#at = at
  }

  /** How many lines a known field has. */
  lines(field: number): number {
    return this.#lines[field]!
  }

  /** The value of the last line of a known field that has one. @param raw what `raw` gave */
  last(field: number, raw: readonly string[]): string {
    return raw[this.#lastAt[field]!]!
  }

  /** Scans on. Gives the offset behind the empty line, MORE, or a fault. */
  scan(bytes: Buffer, base: number, end: number): Scanned {
    let at = base + this.#at
    for (;;) {
      const stop = Math.min(end, base + this.#line + this.#maxFieldBytes + 1)
      if (this.#colon === 0) {
        while (at < stop && IS_TOKEN[bytes[at]!] === 1) at++
        if (at >= stop) return this.#pause(at - base, stop, end)
        if (bytes[at] !== COLON || at - base === this.#line) return this.#withoutName(bytes, base, at, end)
        this.#colon = at - base
        at++
      }
      while (at < stop && IS_VALUE[bytes[at]!] === 1) at++
      if (at >= stop) return this.#pause(at - base, stop, end)
      const next = lineEnd(bytes, at, end, RULES['value-octet'])
      if (next === MORE) return this.#pause(at - base, end, end)
      if (typeof next !== 'number') return next
      if (this.count === this.#maxFields) return RULES['too-many-fields']
      this.#keep(bytes, base, at)
      at = next
      this.#line = at - base
      this.#colon = 0
    }
  }

  /** Flat list `[name, value, …]` of the lines. @param text of the head, its parts keep it alive @param from where in the head it begins */
  raw(text: string, from = 0): string[] {
    const places = this.#places
    const raw = new Array<string>(2 * this.count)
    for (let i = 0, place = 0; i < raw.length; i += 2, place += PLACES_PER_LINE) {
      raw[i] = text.slice(places[place]! - from, places[place + 1]! - from)
      raw[i + 1] = text.slice(places[place + 2]! - from, places[place + 3]! - from)
    }
    return raw
  }

  #pause(at: number, stop: number, end: number): Scanned {
    this.#at = at
    return stop < end ? RULES['field-too-large'] : MORE
  }

  /** The line has no name that a colon follows: it is the empty line, or wrong. */
  #withoutName(bytes: Buffer, base: number, at: number, end: number): Scanned {
    const octet = bytes[at]!
    const atLineStart = at - base === this.#line
    if (octet === CR || octet === LF) {
      const next = lineEnd(bytes, at, end, RULES['no-colon'])
      if (next === MORE) return this.#pause(at - base, end, end)
      return atLineStart || typeof next !== 'number' ? next : RULES['no-colon']
    }
    return this.#nameFault(octet, atLineStart)
  }

  #nameFault(octet: number, atLineStart: boolean): WireFault {
    if (octet === COLON) return RULES['empty-name']
    if (octet !== SP && octet !== HTAB) return RULES['name-octet']
    if (!atLineStart) return RULES['space-before-colon']
    return this.count === 0 ? RULES['leading-space'] : RULES['obs-fold']
  }

  #keep(bytes: Buffer, base: number, valueEnd: number): void {
    const name = base + this.#line
    const colon = base + this.#colon
    let from = colon + 1
    while (from < valueEnd && isBlank(bytes[from]!)) from++
    let to = valueEnd
    while (to > from && isBlank(bytes[to - 1]!)) to--
    const known = knownField(bytes, name, colon - name)
    if (known >= 0) {
      this.#lines[known]!++
      this.#lastAt[known] = 2 * this.count + 1
      if (framesBody(known) && hasTab(bytes, colon, valueEnd)) this.hasTabbedFraming = true
    }
    const i = this.count * PLACES_PER_LINE
    if (i === this.#places.length) this.#grow()
    const places = this.#places
    places[i] = this.#line
    places[i + 1] = this.#colon
    places[i + 2] = from - base
    places[i + 3] = to - base
    this.count++
  }

  #grow(): void {
    const grown = new Uint32Array(2 * this.#places.length)
    grown.set(this.#places)
    this.#places = grown
  }
}

function isBlank(octet: number): boolean {
  return octet === SP || octet === HTAB
}

function hasTab(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === HTAB) return true
  return false
}
