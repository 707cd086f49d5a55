// From a template and a row to the text of a purge. The row comes from a database that strangers write to: its values are data here,
// and never become a second label, another path or another host.

import type { TemplatePart } from '../../edge/contract/change-template.ts'
import { didYouMean } from '../../edge/contract/nearest.ts'

/** A row: columns and values as JSON has them. */
export type Row = Readonly<Record<string, unknown>>

/** What became of a template: its text; `skip` where a column is null, so there is nothing to purge; or what is wrong. */
export type Filled =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'skip' }
  | { readonly kind: 'wrong'; readonly column: string; readonly message: string }

/** How a purge is told what to purge. */
export type FilledBy = 'tag' | 'url' | 'prefix' | 'route'

const MAX_LENGTH: Readonly<Record<FilledBy, number>> = { tag: 1_024, url: 8_192, prefix: 8_192, route: 64 }
const MAX_NAMED = 1_000

/** Fills a template in with the values of a row. Never throws. */
export function fillTemplate(by: FilledBy, parts: readonly TemplatePart[], row: Row): Filled {
  let text = ''
  let last = ''
  for (const part of parts) {
    if ('text' in part) {
      text += part.text
      continue
    }
    last = part.column
    const value = columnText(row, part.column)
    if (value.kind !== 'text') return value
    const fault = by === 'tag' ? faultInTag(value.text) : faultInUrl(value.text)
    if (fault !== null) return { kind: 'wrong', column: part.column, message: fault }
    text += by === 'tag' ? value.text : percentEncoded(value.text)
    if (text.length > MAX_LENGTH[by]) return tooLong(by, last)
  }
  // A URL is asked for with its dot segments resolved: a value must not walk up to another page.
  if ((by === 'url' || by === 'prefix') && /\/\.{1,2}(?=[/?#]|$)/.test(text))
    return { kind: 'wrong', column: last, message: 'makes a path segment of dots only, which is another page' }
  return text.length > MAX_LENGTH[by] ? tooLong(by, last) : { kind: 'text', text }
}

/** A column as text. Columns that are null are skipped, and so is what is no plain value only by being told. */
export function columnText(row: Row, column: string): Filled {
  // hasOwn: every object answers to "constructor", and a row has it only when its table does.
  if (!Object.hasOwn(row, column)) {
    const known = Object.keys(row).slice(0, MAX_NAMED)
    return { kind: 'wrong', column, message: `the row has no column ${JSON.stringify(column)}${didYouMean(column, known)}` }
  }
  const value = row[column]
  if (value === null) return { kind: 'skip' }
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (typeof value === 'boolean') return { kind: 'text', text: value ? '1' : '0' }
  if (typeof value !== 'number') return { kind: 'wrong', column, message: 'must be a text, a number or null' }
  // JSON.parse has rounded it already: the purge would be for another row.
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return { kind: 'wrong', column, message: 'is a number that JSON readers round; send it as text' }
  return { kind: 'text', text: String(value) }
}

/** All but the unreserved characters of RFC 3986 as %XX of their UTF-8 bytes (RFC 6570 §3.2.2). @throws URIError on lone surrogates */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function faultInTag(value: string): string | null {
  return /[\x00-\x1f\x7f]/.test(value) ? 'has control characters, which no label has' : faultInText(value)
}

function faultInUrl(value: string): string | null {
  return /\x00/.test(value) ? 'has a NUL, which no URL has' : faultInText(value)
}

function faultInText(value: string): string | null {
  return value.isWellFormed() ? null : 'is no valid Unicode'
}

function tooLong(by: FilledBy, column: string): Filled {
  return { kind: 'wrong', column, message: `makes a ${by} of more than ${MAX_LENGTH[by]} characters` }
}
