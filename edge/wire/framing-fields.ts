// How a body is framed, from the fields that say so. Whatever two peers could read in two ways is refused, here and nowhere else:
// where a body ends is where the next message begins. @see RFC 9112 §6

import { isSame } from './connection-options.ts'
import type { FieldSection } from './field-section.ts'
import { CONTENT_LENGTH, TRANSFER_ENCODING } from './known-field.ts'
import type { Framing, Version } from './message.ts'
import { WireFault } from './wire-fault.ts'
import { RULES } from './wire-rules.ts'

const NONE: Framing = { kind: 'none' }
const CHUNKED: Framing = { kind: 'chunked' }
const UNTIL_CLOSE: Framing = { kind: 'until-close' }

// 15 digits are counted exactly.
const LENGTH = /^[0-9]{1,15}$/
// Tokens, the last of them `chunked`. A token cannot hold what parts it from the next one, so matching is linear.
const CODINGS = /^(?:[!#$%&'*+.^_`|~0-9a-z-]+[ \t]*,[ \t]*)+chunked$/

/** The framing of a request. */
export function requestFraming(version: Version, fields: FieldSection, raw: readonly string[]): Framing | WireFault {
  return declared(version, fields, raw) ?? NONE
}

/** The framing of the answer to a request of that method. @see RFC 9112 §6.3 */
export function responseFraming(method: string, status: number, version: Version, fields: FieldSection, raw: readonly string[]) {
  const framing = declared(version, fields, raw)
  if (framing instanceof WireFault) return framing
  if (status < 200 || status === 204) {
    if (framing === CHUNKED) return RULES['coding-without-body']
    // Behind 204, old servers do send a length that means nothing.
    return status < 200 && framing?.kind === 'length' ? RULES['length-without-body'] : NONE
  }
  if (status === 304 || method === 'HEAD') return NONE
  return framing ?? UNTIL_CLOSE
}

/** What the fields declare, whether or not there is a body; null when there are none. */
function declared(version: Version, fields: FieldSection, raw: readonly string[]): Framing | WireFault | null {
  if (fields.hasTabbedFraming) return RULES['framing-tab']
  const lengths = fields.lines(CONTENT_LENGTH)
  if (fields.lines(TRANSFER_ENCODING) > 0) {
    if (lengths > 0) return RULES['length-and-coding']
    return coded(version, fields, raw)
  }
  if (lengths === 0) return null
  if (lengths > 1) return RULES['length-repeated']
  const value = fields.last(CONTENT_LENGTH, raw)
  if (!LENGTH.test(value)) return RULES.length
  const bytes = Number(value)
  return bytes === 0 ? NONE : { kind: 'length', bytes }
}

function coded(version: Version, fields: FieldSection, raw: readonly string[]): Framing | WireFault {
  if (version === '1.0') return RULES['coding-in-1.0']
  if (fields.lines(TRANSFER_ENCODING) > 1) return RULES['coding-repeated']
  const codings = fields.last(TRANSFER_ENCODING, raw)
  if (isSame(codings, 'chunked')) return CHUNKED
  const lower = codings.toLowerCase()
  const onlyLast = lower.indexOf('chunked') === lower.length - 'chunked'.length
  return onlyLast && CODINGS.test(lower) ? RULES['coding-unknown'] : RULES.coding
}
