// What Connection and Keep-Alive say of the connection itself.

import type { FieldSection } from './field-section.ts'
import { CONNECTION, KEEP_ALIVE, KNOWN_NAMES } from './known-field.ts'
import type { Version } from './message.ts'

const TIMEOUT = /(?:^|,)[ \t]*timeout[ \t]*=[ \t]*"?([0-9]{1,9})(?=[" \t,]|$)/i

/** Whether the sender lets the connection be used again. @see RFC 9112 §9.3 */
export function isPersistent(version: Version, fields: FieldSection, raw: readonly string[]): boolean {
  if (fields.lines(CONNECTION) === 0) return version === '1.1'
  if (hasOption('close', fields, raw)) return false
  return version === '1.1' || hasOption('keep-alive', fields, raw)
}

/** Whether a line of Connection names this option. @param option lower-case */
export function hasOption(option: string, fields: FieldSection, raw: readonly string[]): boolean {
  const lines = fields.lines(CONNECTION)
  if (lines === 0) return false
  if (lines === 1) return listHas(fields.last(CONNECTION, raw), option)
  for (let i = 0; i < raw.length; i += 2) if (isSame(raw[i]!, KNOWN_NAMES[CONNECTION]) && listHas(raw[i + 1]!, option)) return true
  return false
}

/** Seconds that the sender promises to keep the connection, or null. It is a hint: what cannot be read is not there. */
export function keepAliveSeconds(fields: FieldSection, raw: readonly string[]): number | null {
  if (fields.lines(KEEP_ALIVE) !== 1) return null
  const seconds = TIMEOUT.exec(fields.last(KEEP_ALIVE, raw))?.[1]
  return seconds === undefined ? null : Number(seconds)
}

/** Whether two texts of latin1 are the same but for ASCII case. */
export function isSame(text: string, lower: string): boolean {
  return text.length === lower.length && (text === lower || text.toLowerCase() === lower)
}

function listHas(list: string, option: string): boolean {
  if (list.length <= option.length) return isSame(list, option)
  if (!list.includes(',')) return false
  // The no-break space of latin1 is no blank of HTTP, but `trim` takes it too.
  return list.split(',').some((member) => isSame(member.trim(), option) && !member.includes('\xa0'))
}
